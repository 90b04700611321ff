using KafkaRestore.Engine.Preparation.Journal;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Settings;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preparation;

/// <summary>
/// Does what was planned for the target's topics, before the first record. Every step may be the last one of this process, and may be done again by the next: the journal comes first, then
/// creation, then changes, each of which sets a value and none of which depends on the value before.
/// </summary>
/// <param name="preparation">What was planned.</param>
/// <param name="cluster">The target.</param>
/// <param name="open">Opens the door to its settings.</param>
/// <param name="journal">The job's journal; null where no state is kept, and then nothing is set aside.</param>
/// <param name="run">The run of the job.</param>
internal sealed class TargetPreparer(
    TargetPreparation preparation, ITargetCluster cluster, Func<CancellationToken, Task<TopicSettingsDoor>> open, SettingsJournal? journal, int run)
{
    /// <summary>Hears of every step.</summary>
    public Action<PreparationStep> After { get; init; } = static _ => { };

    /// <summary>Prepares the target.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE; TARGET_SETTINGS, TARGET_DENIED, TARGET_UNREACHABLE and the failures of creating topics.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var held = Journal();
        await CreateAsync(held, cancellationToken).ConfigureAwait(false);
        await SetAsideAsync(held, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes down what is set aside; gives it by topic.</summary>
    private Dictionary<string, IReadOnlyList<HeldSetting>> Journal()
    {
        if (journal is null)
        {
            return [];
        }

        var before = journal.Content.For(run);
        var planned = preparation.Topics.Where(static topic => topic.Held.Count > 0).ToDictionary(static topic => topic.Topic, StringComparer.Ordinal);
        JournaledTopic[] topics =
        [
            .. before.Topics.Where(entry => !planned.ContainsKey(entry.Topic)),
            .. planned.Values.Select(topic => new JournaledTopic
            {
                Topic = topic.Topic,
                IsCreated = topic.IsCreated,
                TopicId = topic.Creation is null ? before.Topics.FirstOrDefault(entry => entry.Topic == topic.Topic)?.TopicId : null,
                IsPending = true,
                Settings = topic.Held,
                FinalRetentionMs = topic.FinalRetentionMs,
            }),
        ];
        if (topics.Length > 0)
        {
            journal.Write(new JournalContent(run, topics));
            After(PreparationStep.Journaled);
        }

        return planned.ToDictionary(static pair => pair.Key, static pair => pair.Value.Held, StringComparer.Ordinal);
    }

    private async Task CreateAsync(Dictionary<string, IReadOnlyList<HeldSetting>> held, CancellationToken cancellationToken)
    {
        TopicToCreate[] missing =
        [
            .. preparation.Topics.Where(static topic => topic.Creation is not null)
                .Select(topic => topic.Creation! with { Configuration = Overlay(topic.Creation.Configuration, held.GetValueOrDefault(topic.Topic)) }),
        ];
        if (missing.Length > 0)
        {
            await cluster.CreateTopicsAsync(missing, cancellationToken).ConfigureAwait(false);
            After(PreparationStep.Created);
        }

        await IdentifyAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>From now on a topic of the same name and another id is not taken for this one.</summary>
    private async Task IdentifyAsync(CancellationToken cancellationToken)
    {
        string[] unknown = [.. (journal?.Content.Pending ?? []).Where(static entry => entry.TopicId is null).Select(static entry => entry.Topic)];
        if (unknown.Length == 0)
        {
            return;
        }

        var found = await cluster.DescribeTopicsAsync(unknown, cancellationToken).ConfigureAwait(false);
        if (found.Values.Any(static topic => topic.TopicId is not null))
        {
            journal!.Write(journal.Content with
            {
                Topics = [.. journal.Content.Topics.Select(entry => entry.TopicId is null ? entry with { TopicId = found.GetValueOrDefault(entry.Topic)?.TopicId } : entry)],
            });
            After(PreparationStep.Identified);
        }
    }

    private async Task SetAsideAsync(Dictionary<string, IReadOnlyList<HeldSetting>> held, CancellationToken cancellationToken)
    {
        TopicChanges[] changes =
        [
            .. preparation.Topics.Where(static topic => topic.Creation is null)
                .Select(topic => new TopicChanges(topic.Topic, topic.Applied
                    .Concat((held.GetValueOrDefault(topic.Topic) ?? []).Select(static set => KeyValuePair.Create(set.Name, (string?)set.WhileRestoring))).ToDictionary()))
                .Where(static change => change.Values.Count > 0),
        ];
        if (changes.Length == 0)
        {
            return;
        }

        var door = await open(cancellationToken).ConfigureAwait(false);
        if (door.Settings is not { } settings)
        {
            throw new RestoreException(ErrorCodes.TargetSettings, $"topic settings can no longer be changed: {door.WhyNot}", string.Join(", ", changes.Select(static change => change.Topic)));
        }

        await using (settings.ConfigureAwait(false))
        {
            var answers = await settings.AlterAsync(changes, tryOnly: false, cancellationToken).ConfigureAwait(false);
            foreach (var change in changes)
            {
                if (answers.GetValueOrDefault(change.Topic) is { } failure)
                {
                    throw Failure(change.Topic, "the topic's settings cannot be changed for the restore", failure);
                }
            }
        }

        After(PreparationStep.SetAside);
    }

    internal static RestoreException Failure(string topic, string what, SettingsFailure failure) => new(
        failure.Kind switch
        {
            SettingsFailureKind.Denied => ErrorCodes.TargetDenied,
            SettingsFailureKind.Unanswered => ErrorCodes.TargetUnreachable,
            _ => ErrorCodes.TargetSettings,
        },
        $"{what}: {failure.What}",
        topic);

    private static Dictionary<string, string> Overlay(IReadOnlyDictionary<string, string> final, IReadOnlyList<HeldSetting>? held)
    {
        var values = final.ToDictionary();
        foreach (var set in held ?? [])
        {
            values[set.Name] = set.WhileRestoring;
        }

        return values;
    }
}
