using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaRestore.Records.Errors;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Client;

public sealed partial class TargetCluster
{
    private const int TopicsPerRequest = 500;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, TopicDescription>> DescribeTopicsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var metadata = await MetadataAsync(topics, cancellationToken).ConfigureAwait(false);
        var descriptions = new Dictionary<string, TopicDescription>(StringComparer.Ordinal);
        foreach (var chunk in metadata.Keys.Chunk(TopicsPerRequest))
        {
            var settings = await SettingsAsync(chunk, cancellationToken).ConfigureAwait(false);
            var ids = await _topicIds.ReadAsync(chunk, cancellationToken).ConfigureAwait(false);
            foreach (var topic in chunk)
            {
                var entries = settings.GetValueOrDefault(topic);
                descriptions[topic] = new TopicDescription(
                    topic,
                    metadata[topic].Partitions.Count,
                    int.TryParse(Setting(entries, "max.message.bytes"), CultureInfo.InvariantCulture, out var bytes) ? bytes : null,
                    Setting(entries, "message.timestamp.type"))
                {
                    RetentionMs = RetentionOf(entries),
                    TopicId = ids.TryGetValue(topic, out var id) ? id : null,
                };
            }
        }

        return descriptions;
    }

    private static long? RetentionOf(Dictionary<string, ConfigEntryResult>? entries) =>
        Setting(entries, "cleanup.policy")?.Contains("delete", StringComparison.Ordinal) != false
        && long.TryParse(Setting(entries, "retention.ms"), CultureInfo.InvariantCulture, out var retention) && retention >= 0
            ? retention
            : null;

    /// <inheritdoc/>
    public async Task CreateTopicsAsync(IReadOnlyCollection<TopicToCreate> topics, CancellationToken cancellationToken)
    {
        if (topics.Count == 0)
        {
            return;
        }

        foreach (var chunk in topics.Chunk(TopicsPerRequest))
        {
            await RequestCreationAsync(chunk, cancellationToken).ConfigureAwait(false);
        }

        await WaitForLeadersAsync(topics, cancellationToken).ConfigureAwait(false);
    }

    private static string? Setting(Dictionary<string, ConfigEntryResult>? entries, string name) =>
        entries is not null && entries.TryGetValue(name, out var entry) ? entry.Value : null;

    private async Task<Dictionary<string, TopicMetadata>> MetadataAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var wanted = topics.ToHashSet(StringComparer.Ordinal);
        var all = await AskAsync("listing topics", slice => _admin.GetMetadata(slice), cancellationToken).ConfigureAwait(false);
        return all.Topics.Where(topic => topic.Partitions.Count > 0 && wanted.Contains(topic.Topic)).ToDictionary(topic => topic.Topic, StringComparer.Ordinal);
    }

    /// <summary>The topics' settings; a topic whose settings we may not or cannot read is absent.</summary>
    private async Task<Dictionary<string, Dictionary<string, ConfigEntryResult>>> SettingsAsync(string[] topics, CancellationToken cancellationToken)
    {
        var resources = topics.Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic });
        var options = new DescribeConfigsOptions { RequestTimeout = _options.SettingsDeadline };
        IEnumerable<DescribeConfigsReport> reports;
        try
        {
            var results = await _admin.DescribeConfigsAsync(resources, options).WaitAsync(cancellationToken).ConfigureAwait(false);
            reports = results.Select(result => new DescribeConfigsReport { ConfigResource = result.ConfigResource, Entries = result.Entries, Error = new Error(ErrorCode.NoError) });
        }
        catch (DescribeConfigsException e)
        {
            reports = e.Results;
        }
        catch (KafkaException e) when (KafkaErrors.MayPass(e.Error.Code) || KafkaErrors.Classify(e.Error.Code) is KafkaErrorClass.Denied or KafkaErrorClass.Unsupported)
        {
            return [];
        }
        catch (KafkaException e)
        {
            throw Failure(e.Error, "reading topic settings");
        }

        return reports.Where(report => !report.Error.IsError).ToDictionary(report => report.ConfigResource.Name, report => report.Entries, StringComparer.Ordinal);
    }

    private async Task RequestCreationAsync(TopicToCreate[] topics, CancellationToken cancellationToken)
    {
        var specifications = topics.Select(topic => new TopicSpecification
        {
            Name = topic.Name,
            NumPartitions = topic.Partitions,
            ReplicationFactor = topic.ReplicationFactor,
            Configs = topic.Configuration.ToDictionary(),
        });
        var options = new CreateTopicsOptions { RequestTimeout = _options.RequestDeadline, OperationTimeout = _options.RequestDeadline };
        try
        {
            await _admin.CreateTopicsAsync(specifications, options).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CreateTopicsException e)
        {
            // A time-out leaves open whether the topic was created: the wait for its leaders finds out.
            var refused = e.Results.FirstOrDefault(result =>
                KafkaErrors.Classify(result.Error.Code) is not (KafkaErrorClass.None or KafkaErrorClass.Exists or KafkaErrorClass.Retriable));
            if (refused is not null)
            {
                throw CreationFailure(refused);
            }
        }
        catch (KafkaException e)
        {
            throw Failure(e.Error, "creating topics");
        }
    }

    private RestoreException CreationFailure(CreateTopicReport report) => KafkaErrors.Classify(report.Error.Code) switch
    {
        KafkaErrorClass.Denied => Denied(report.Error, $"creating topic '{report.Topic}'"),
        KafkaErrorClass.Unreachable or KafkaErrorClass.AfterLeaderChange => Unreachable($"topic '{report.Topic}' could not be created"),
        _ => TargetFailures.CreationRefused(report.Topic, KafkaErrors.Describe(report.Error)),
    };

    private async Task WaitForLeadersAsync(IReadOnlyCollection<TopicToCreate> topics, CancellationToken cancellationToken)
    {
        var clock = Deadline.Start(_time, _options.TopicReadyDeadline);
        while (true)
        {
            var metadata = await MetadataAsync([.. topics.Select(topic => topic.Name)], cancellationToken).ConfigureAwait(false);
            var missing = topics.FirstOrDefault(topic => !IsReady(topic, metadata));
            if (missing is null)
            {
                return;
            }

            // All partitions of a topic appear at once, so a smaller topic is somebody else's.
            if (metadata.TryGetValue(missing.Name, out var existing) && existing.Partitions.Count < missing.Partitions)
            {
                throw TargetFailures.TooFewPartitions(missing, existing.Partitions.Count);
            }

            if (clock.IsOver)
            {
                throw Unreachable(TargetFailures.WithoutLeaders(missing, _options.TopicReadyDeadline));
            }

            await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsReady(TopicToCreate topic, Dictionary<string, TopicMetadata> metadata) =>
        metadata.TryGetValue(topic.Name, out var found)
        && found.Partitions.Count >= topic.Partitions
        && found.Partitions.All(partition => partition.Leader >= 0);
}
