using Confluent.Kafka.Admin;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Settings;

/// <summary>Topic settings over our own protocol client.</summary>
internal sealed class WireTopicSettings(WireCluster cluster, string where, TimeProvider time) : ITopicSettings
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly ConfigCalls _configs = new(cluster, time);
    private readonly TopicCalls _topics = new(cluster, time);

    public async Task<IReadOnlyDictionary<string, TopicSettingsAnswer>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        if (topics.Count == 0)
        {
            return new Dictionary<string, TopicSettingsAnswer>();
        }

        var answers = await AskAsync("reading topic settings", () => _configs.DescribeAsync([.. topics.Select(topic => new DescribeConfigsResource(Resource(topic)))], s_deadline, cancellationToken))
            .ConfigureAwait(false);
        return answers.ToDictionary(answer => answer.Resource.Name, answer => AnswerOf(FailureOf(answer.Error, answer.Message), answer.Entries), StringComparer.Ordinal);
    }

    public async Task<IReadOnlyDictionary<string, TopicSettingsAnswer>> TryCreateAsync(IReadOnlyCollection<TopicToCreate> topics, CancellationToken cancellationToken)
    {
        if (topics.Count == 0)
        {
            return new Dictionary<string, TopicSettingsAnswer>();
        }

        var answers = await AskAsync(
            "asking whether topics can be created",
            () => _topics.CreateAsync(topics, validateOnly: true, s_deadline, cancellationToken)).ConfigureAwait(false);
        return answers.ToDictionary(
            answer => answer.Name,
            answer => FailureOf(answer.Error, answer.Message) is { } failure ? new TopicSettingsAnswer(failure, null)
                : answer.SettingsError != ErrorCode.NoError || answer.Settings.Count == 0 ? new TopicSettingsAnswer(null, null)
                : AnswerOf(null, answer.Settings) with { ReplicationFactor = answer.ReplicationFactor > 0 ? answer.ReplicationFactor : null },
            StringComparer.Ordinal);
    }

    public async Task<IReadOnlyDictionary<string, SettingsFailure?>> AlterAsync(IReadOnlyCollection<TopicChanges> changes, bool tryOnly, CancellationToken cancellationToken)
    {
        if (changes.Count == 0)
        {
            return new Dictionary<string, SettingsFailure?>();
        }

        IncrementalAlterConfigsResource[] resources =
        [
            .. changes.Select(change => new IncrementalAlterConfigsResource(
                Resource(change.Topic),
                [.. change.Values.Select(pair => new ConfigChange(pair.Key, pair.Value is null ? AlterConfigOpType.Delete : AlterConfigOpType.Set, pair.Value))])),
        ];
        var answers = await AskAsync("changing topic settings", () => _configs.AlterAsync(resources, tryOnly, s_deadline, cancellationToken)).ConfigureAwait(false);
        return answers.ToDictionary(answer => answer.Resource.Name, answer => FailureOf(answer.Error, answer.Message), StringComparer.Ordinal);
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    private async Task<T> AskAsync<T>(string what, Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (WireException failure)
        {
            throw WireCluster.ToRestoreException(failure, what, where);
        }
    }

    private static ConfiguredResource Resource(string topic) => new(ConfiguredResourceType.Topic, topic);

    private static TopicSettingsAnswer AnswerOf(SettingsFailure? failure, IReadOnlyList<DescribeConfigsEntry> entries) => new(
        failure,
        failure is not null ? null : entries.ToDictionary(
            entry => entry.Name,
            entry => new TopicSetting(entry.Name, entry.Value, entry.Source == ConfigSource.DynamicTopicConfig, entry.IsReadOnly, entry.IsSensitive),
            StringComparer.Ordinal));

    private static SettingsFailure? FailureOf(ErrorCode error, string? message)
    {
        if (error == ErrorCode.NoError)
        {
            return null;
        }

        var kind = error is ErrorCode.InvalidConfig or ErrorCode.PolicyViolation or ErrorCode.InvalidRequest ? SettingsFailureKind.Rejected : KafkaErrors.Classify(error) switch
        {
            KafkaErrorClass.Denied => SettingsFailureKind.Denied,
            KafkaErrorClass.Missing => SettingsFailureKind.Missing,
            KafkaErrorClass.Exists => SettingsFailureKind.Exists,
            _ => KafkaErrors.MayPass(error) ? SettingsFailureKind.Unanswered : SettingsFailureKind.Other,
        };
        return new SettingsFailure(kind, string.IsNullOrEmpty(message) ? KafkaErrors.NameOf(error) : message);
    }
}
