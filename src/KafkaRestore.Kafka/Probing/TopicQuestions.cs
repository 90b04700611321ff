using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Probing;

/// <summary>What is asked of topics: rights, replicas, settings.</summary>
internal sealed class TopicQuestions(WireCluster cluster, TimeProvider time, TimeSpan deadline)
{
    private const int TopicsPerRequest = 500;
    private const string OfSettings = "the settings of topics";

    /// <summary>Asks.</summary>
    /// <exception cref="WireException">No broker says anything of topics.</exception>
    public async Task<IReadOnlyDictionary<string, ProbedTopic>> AskAsync(IReadOnlyCollection<string> topics, Action<Unanswered> unanswered, CancellationToken cancellationToken)
    {
        if (topics.Count == 0)
        {
            return new Dictionary<string, ProbedTopic>();
        }

        var found = await ReadAsync(topics, cancellationToken).ConfigureAwait(false);
        var settings = await ReadSettingsAsync([.. found.Where(static topic => topic.Error == ErrorCode.NoError).Select(static topic => topic.Name)], unanswered, cancellationToken).ConfigureAwait(false);
        return found.ToDictionary(static topic => topic.Name, topic => Describe(topic, settings.GetValueOrDefault(topic.Name)), StringComparer.Ordinal);
    }

    private static ProbedTopic Describe(MetadataTopic topic, IReadOnlyDictionary<string, string>? settings) => new(
        topic.Name,
        KafkaErrors.Classify(topic.Error) == KafkaErrorClass.Denied,
        RightsBits.Read(topic.Rights),
        [.. topic.Partitions.OrderBy(static partition => partition.Index)
            .Select(static partition => new ProbedPartition(partition.Index, partition.Leader >= 0, partition.Replicas, partition.InSync))],
        settings);

    private async Task<IReadOnlyList<MetadataTopic>> ReadAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var call = new ShardedCall<string[], MetadataResponse>(cluster, time)
        {
            Route = static (some, _) => Task.FromResult<IReadOnlyList<Route>>([.. some.Select(static _ => Route.Any)]),
            Ask = static async (connection, only, token) => [await connection.AskWholeAsync(new MetadataRequest(only[0], withRights: true), token).ConfigureAwait(false)],
            ErrorOf = static _ => ErrorCode.NoError,
            IsRead = true,
        };
        var answers = await call.RunAsync(topics.Distinct(StringComparer.Ordinal).Chunk(TopicsPerRequest), deadline, cancellationToken).ConfigureAwait(false);
        return [.. answers.SelectMany(static answer => answer.Require().Topics).DistinctBy(static topic => topic.Name)];
    }

    private async Task<Dictionary<string, IReadOnlyDictionary<string, string>>> ReadSettingsAsync(
        IReadOnlyList<string> topics, Action<Unanswered> unanswered, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        try
        {
            var resources = topics.Select(static topic => new DescribeConfigsResource(new ConfiguredResource(ConfiguredResourceType.Topic, topic)));
            foreach (var result in await new ConfigCalls(cluster, time).DescribeAsync([.. resources], deadline, cancellationToken).ConfigureAwait(false))
            {
                if (result.Error == ErrorCode.NoError)
                {
                    settings[result.Resource.Name] = result.Entries.Where(static entry => entry.Value is not null).ToDictionary(static entry => entry.Name, static entry => entry.Value!, StringComparer.Ordinal);
                }
                else if (KafkaErrors.Classify(result.Error) != KafkaErrorClass.Denied)
                {
                    // A want of rights is seen by the rights themselves.
                    unanswered(new Unanswered(OfSettings, result.Message ?? KafkaErrors.NameOf(result.Error)));
                }
            }
        }
        catch (WireException failure)
        {
            unanswered(new Unanswered(OfSettings, failure.Message));
        }

        return settings;
    }
}
