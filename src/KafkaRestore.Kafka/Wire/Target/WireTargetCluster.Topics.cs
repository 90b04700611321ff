using System.Globalization;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Target;

/// <content>Topics.</content>
internal sealed partial class WireTargetCluster
{
    private const string MaxMessageBytes = "max.message.bytes";
    private const string TimestampType = "message.timestamp.type";
    private const string Retention = "retention.ms";
    private const string CleanupPolicy = "cleanup.policy";

    private static readonly string[] WantedSettings = [MaxMessageBytes, TimestampType, Retention, CleanupPolicy];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, TopicDescription>> DescribeTopicsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        string[] existing = [.. await ExistingAsync(topics, cancellationToken).ConfigureAwait(false)];
        var settings = await SettingsAsync(existing, cancellationToken).ConfigureAwait(false);
        return existing.ToDictionary(static topic => topic, topic => Describe(topic, settings.GetValueOrDefault(topic) ?? []), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public async Task CreateTopicsAsync(IReadOnlyCollection<TopicToCreate> topics, CancellationToken cancellationToken)
    {
        if (topics.Count == 0)
        {
            return;
        }

        IReadOnlyList<CreateTopicsResult> results;
        try
        {
            results = await new TopicCalls(_cluster, _time).CreateAsync(topics, validateOnly: false, _options.RequestDeadline, cancellationToken).ConfigureAwait(false);
        }
        catch (WireException failure)
        {
            throw Failure(failure, "creating topics");
        }

        // A time-out leaves open whether the topic was created: the wait for its leaders finds out.
        var refused = results.FirstOrDefault(static result =>
            KafkaErrors.Classify(result.Error) is not (KafkaErrorClass.None or KafkaErrorClass.Exists or KafkaErrorClass.Retriable));
        if (refused is not null)
        {
            throw CreationFailure(refused);
        }

        await WaitForLeadersAsync(topics, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Those of the topics that exist.</summary>
    private async Task<IEnumerable<string>> ExistingAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        if (topics.Count == 0)
        {
            return [];
        }

        const string what = "describing topics";
        using var late = new CancellationTokenSource(_options.RequestDeadline, _time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var backoff = default(Backoff);
        var (last, trouble) = ((WireException?)null, ErrorCode.RequestTimedOut);
        try
        {
            while (true)
            {
                try
                {
                    var errors = await _cluster.RefreshAsync(topics, over.Token).ConfigureAwait(false);
                    if (errors.FirstOrDefault(static pair => IsRefusal(pair.Value)) is { Key: { } refused, Value: var why })
                    {
                        throw DescriptionFailure(refused, why);
                    }

                    (last, trouble) = (null, errors.Values.FirstOrDefault(KafkaErrors.MayPass));
                    if (trouble == ErrorCode.NoError)
                    {
                        return errors.Where(static pair => pair.Value == ErrorCode.NoError).Select(static pair => pair.Key);
                    }
                }
                catch (WireException failure) when (!failure.IsFinal)
                {
                    last = failure;
                }
                catch (WireException final)
                {
                    throw Failure(final, what);
                }

                await Task.Delay(backoff.Next(), _time, over.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw last is null ? Failure(trouble, null, what) : Failure(last, what);
        }
    }

    private static bool IsRefusal(ErrorCode error) => KafkaErrors.Classify(error) is not (KafkaErrorClass.None or KafkaErrorClass.Missing) && !KafkaErrors.MayPass(error);

    private static RestoreException DescriptionFailure(string topic, ErrorCode error) => KafkaErrors.Classify(error) == KafkaErrorClass.Denied
        ? new RestoreException(
            ErrorCodes.TargetDenied,
            $"describing topic '{topic}' was denied: {KafkaErrors.NameOf(error)}",
            topic,
            "Allow this principal to Describe and Write the topic; docs/security.md lists every right that a restore needs.")
        : new RestoreException(ErrorCodes.PreflightFailed, $"the target refuses to describe topic '{topic}': {KafkaErrors.NameOf(error)}", topic, "Correct its name (restore.topic_mapping).");

    /// <summary>The topics' settings; a topic whose settings we may not or cannot read is absent.</summary>
    private async Task<Dictionary<string, Dictionary<string, string?>>> SettingsAsync(string[] topics, CancellationToken cancellationToken)
    {
        if (topics.Length == 0)
        {
            return [];
        }

        IReadOnlyList<DescribeConfigsResourceResult> results;
        try
        {
            DescribeConfigsResource[] resources = [.. topics.Select(static topic => new DescribeConfigsResource(new ConfiguredResource(ConfiguredResourceType.Topic, topic), WantedSettings))];
            results = await new ConfigCalls(_cluster, _time).DescribeAsync(resources, _options.SettingsDeadline, cancellationToken).ConfigureAwait(false);
        }
        catch (WireException)
        {
            return []; // a restore can do without; a cluster that is away is noticed by the next question
        }

        return results.Where(static result => result.Error == ErrorCode.NoError).ToDictionary(
            static result => result.Resource.Name,
            static result => result.Entries.DistinctBy(static entry => entry.Name).ToDictionary(static entry => entry.Name, static entry => entry.Value, StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    private TopicDescription Describe(string topic, Dictionary<string, string?> settings) => new(
        topic,
        _cluster.PartitionCountOf(topic) ?? 0,
        int.TryParse(settings.GetValueOrDefault(MaxMessageBytes), CultureInfo.InvariantCulture, out var bytes) ? bytes : null,
        settings.GetValueOrDefault(TimestampType))
    {
        RetentionMs = RetentionOf(settings),
        TopicId = _cluster.TopicIdOf(topic),
    };

    private static long? RetentionOf(Dictionary<string, string?> settings) =>
        settings.GetValueOrDefault(CleanupPolicy)?.Contains("delete", StringComparison.Ordinal) != false
        && long.TryParse(settings.GetValueOrDefault(Retention), CultureInfo.InvariantCulture, out var retention) && retention >= 0
            ? retention
            : null;

    private RestoreException CreationFailure(CreateTopicsResult result) => KafkaErrors.Classify(result.Error) switch
    {
        KafkaErrorClass.Denied => Denied(result.Error, $"creating topic '{result.Name}'", "Allow this principal to Create on the cluster or on the topic's name, or create the topic yourself."),
        KafkaErrorClass.Unreachable or KafkaErrorClass.AfterLeaderChange => Unreachable($"topic '{result.Name}' could not be created: {KafkaErrors.NameOf(result.Error)}", null),
        _ => TargetFailures.CreationRefused(result.Name, BrokerText.Of(result.Message ?? KafkaErrors.NameOf(result.Error))),
    };

    private async Task WaitForLeadersAsync(IReadOnlyCollection<TopicToCreate> topics, CancellationToken cancellationToken)
    {
        string[] names = [.. topics.Select(static topic => topic.Name)];
        var clock = Deadline.Start(_time, _options.TopicReadyDeadline);
        while (true)
        {
            WireException? last = null;
            try
            {
                await _cluster.RefreshAsync(names, cancellationToken).ConfigureAwait(false);
            }
            catch (WireException failure) when (!failure.IsFinal)
            {
                last = failure;
            }
            catch (WireException final)
            {
                throw Failure(final, "creating topics");
            }

            var missing = topics.FirstOrDefault(topic => last is not null || !IsReady(topic));
            if (missing is null)
            {
                return;
            }

            // All partitions of a topic appear at once, so a smaller topic is somebody else's.
            if (_cluster.PartitionCountOf(missing.Name) is { } found && found < missing.Partitions)
            {
                throw TargetFailures.TooFewPartitions(missing, found);
            }

            if (clock.IsOver)
            {
                throw Unreachable(TargetFailures.WithoutLeaders(missing, _options.TopicReadyDeadline), last);
            }

            await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsReady(TopicToCreate topic) =>
        _cluster.PartitionCountOf(topic.Name) is { } count && count >= topic.Partitions
        && Enumerable.Range(0, count).All(partition => _cluster.LeaderOf(new TargetPartition(topic.Name, partition)) is not null);
}
