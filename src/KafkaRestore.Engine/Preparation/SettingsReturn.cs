using KafkaRestore.Engine.Preparation.Journal;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Settings;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preparation;

/// <summary>Puts back what a journal says. May be done any number of times.</summary>
/// <param name="cluster">The target.</param>
/// <param name="open">Opens the door to its settings.</param>
/// <param name="journal">The job's journal.</param>
internal sealed class SettingsReturn(ITargetCluster cluster, Func<CancellationToken, Task<TopicSettingsDoor>> open, SettingsJournal journal)
{
    /// <summary>Hears of every step.</summary>
    public Action<PreparationStep> After { get; init; } = static _ => { };

    /// <summary>Puts every pending topic's settings back; those that fail stay pending.</summary>
    /// <exception cref="RestoreException">TARGET_UNREACHABLE, TARGET_DENIED: no broker answers; TARGET_SETTINGS: there is no way to the settings; STATE_UNWRITABLE.</exception>
    public async Task<PutBackOutcome> RunAsync(CancellationToken cancellationToken)
    {
        JournaledTopic[] pending = [.. journal.Content.Pending];
        if (pending.Length == 0)
        {
            return PutBackOutcome.Nothing;
        }

        var found = await cluster.DescribeTopicsAsync([.. pending.Select(static topic => topic.Topic)], cancellationToken).ConfigureAwait(false);
        var gone = pending.Where(topic => !found.TryGetValue(topic.Topic, out var now) || topic.IsAnother(now.TopicId)).ToList();
        var failures = await AlterAsync([.. pending.Except(gone)], cancellationToken).ConfigureAwait(false);
        After(PreparationStep.PutBack);
        var settled = pending.Where(topic => !failures.ContainsKey(topic.Topic)).Select(static topic => topic.Topic).ToHashSet(StringComparer.Ordinal);
        journal.Write(journal.Content with { Topics = [.. journal.Content.Topics.Select(topic => settled.Contains(topic.Topic) ? topic with { IsPending = false } : topic)] });
        After(PreparationStep.Settled);
        return new PutBackOutcome([.. pending.Except(gone).Where(topic => settled.Contains(topic.Topic))], gone, failures);
    }

    private async Task<Dictionary<string, RestoreException>> AlterAsync(IReadOnlyList<JournaledTopic> topics, CancellationToken cancellationToken)
    {
        if (topics.Count == 0)
        {
            return [];
        }

        var door = await open(cancellationToken).ConfigureAwait(false);
        if (door.Settings is not { } settings)
        {
            throw new RestoreException(
                ErrorCodes.TargetSettings,
                $"topic settings can no longer be changed: {door.WhyNot}",
                string.Join(", ", topics.Select(static topic => topic.Topic)),
                "Change them by hand with the commands of the report, or with a configuration that the settings can be changed with.");
        }

        await using (settings.ConfigureAwait(false))
        {
            var answers = await settings.AlterAsync(
                [.. topics.Select(static topic => new TopicChanges(topic.Topic, topic.Settings.ToDictionary(static held => held.Name, static held => held.Final)))],
                tryOnly: false,
                cancellationToken).ConfigureAwait(false);
            return answers.Where(static answer => answer.Value is not null and not { Kind: SettingsFailureKind.Missing })
                .ToDictionary(static answer => answer.Key, static answer => TargetPreparer.Failure(answer.Key, "the settings that were set aside for the restore cannot be put back", answer.Value!), StringComparer.Ordinal);
        }
    }
}
