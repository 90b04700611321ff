using KafkaRestore.Kafka.Settings;

namespace KafkaRestore.Engine.Preparation.Planning;

/// <summary>Finds out which settings the target does not take, without changing anything: a topic's settings together first, and one by one where that fails.</summary>
/// <param name="tryAll">Tries settings of several topics; null where they would be taken.</param>
internal sealed class Trials(Func<IReadOnlyCollection<TopicChanges>, Task<IReadOnlyDictionary<string, SettingsFailure?>>> tryAll)
{
    /// <summary>Tries the settings.</summary>
    /// <param name="topics">Each topic once; those without a setting are not asked about.</param>
    public async Task<TrialResult> RunAsync(IEnumerable<TopicChanges> topics)
    {
        var asked = topics.Where(static topic => topic.Values.Count > 0).ToList();
        var rejected = new Dictionary<(string Topic, string Name), string>();
        var failures = new Dictionary<string, SettingsFailure>(StringComparer.Ordinal);
        var open = new List<TopicChanges>();
        foreach (var (topic, failure) in await TryAsync(asked).ConfigureAwait(false))
        {
            if (failure is { Kind: SettingsFailureKind.Rejected })
            {
                open.Add(topic);
            }
            else if (failure is not null)
            {
                failures[topic.Topic] = failure;
            }
        }

        for (var i = 0; i < open.Select(static topic => topic.Values.Count).DefaultIfEmpty(0).Max(); i++)
        {
            var singles = open.Where(topic => i < topic.Values.Count).Select(topic => new TopicChanges(topic.Topic, new Dictionary<string, string?>([topic.Values.ElementAt(i)]))).ToList();
            foreach (var (single, failure) in await TryAsync(singles).ConfigureAwait(false))
            {
                if (failure is { Kind: SettingsFailureKind.Rejected })
                {
                    rejected[(single.Topic, single.Values.Single().Key)] = failure.What;
                }
            }
        }

        // Each for itself is taken, and together they are not, or still are not.
        var left = open.Select(topic => new TopicChanges(topic.Topic, topic.Values.Where(pair => !rejected.ContainsKey((topic.Topic, pair.Key))).ToDictionary())).Where(static topic => topic.Values.Count > 0).ToList();
        foreach (var (topic, failure) in await TryAsync(left).ConfigureAwait(false))
        {
            if (failure is not null)
            {
                failures[topic.Topic] = failure;
            }
        }

        return new TrialResult(rejected, failures);
    }

    private async Task<IEnumerable<(TopicChanges Topic, SettingsFailure? Failure)>> TryAsync(List<TopicChanges> topics)
    {
        if (topics.Count == 0)
        {
            return [];
        }

        var answers = await tryAll(topics).ConfigureAwait(false);
        return topics.Select(topic => (topic, answers.GetValueOrDefault(topic.Topic)));
    }
}

/// <summary>What the target does not take.</summary>
/// <param name="Rejected">Settings that it does not take, with its reason.</param>
/// <param name="Failures">Topics of which it takes none, or not what is left together.</param>
internal sealed record TrialResult(IReadOnlyDictionary<(string Topic, string Name), string> Rejected, IReadOnlyDictionary<string, SettingsFailure> Failures);
