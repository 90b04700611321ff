using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Settings;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>The settings of a <see cref="FakeCluster"/>'s topics, with the defaults of a broker of version 4.</summary>
internal sealed class FakeTopicSettings(FakeCluster cluster) : ITopicSettings
{
    private readonly Dictionary<string, SortedDictionary<string, string>> _own = new(StringComparer.Ordinal);

    public Dictionary<string, string> Defaults { get; } = new(StringComparer.Ordinal)
    {
        ["cleanup.policy"] = "delete",
        ["compression.type"] = "producer",
        ["max.message.bytes"] = "1048588",
        ["message.timestamp.after.max.ms"] = "3600000",
        ["message.timestamp.before.max.ms"] = "9223372036854775807",
        ["message.timestamp.type"] = "CreateTime",
        ["min.insync.replicas"] = "1",
        ["retention.bytes"] = "-1",
        ["retention.ms"] = "604800000",
        ["segment.ms"] = "604800000",
    };

    public HashSet<string> ReadOnly { get; } = [];

    public bool MayDescribe { get; set; } = true;

    public bool MayAlter { get; set; } = true;

    public bool MayCreate { get; set; } = true;

    /// <summary>Why the door is closed; null opens it.</summary>
    public string? WhyNot { get; set; }

    /// <summary>Says why a value is not taken.</summary>
    public Func<string, string?, string?> Reject { get; set; } = static (_, _) => null;

    /// <summary>Changes that were really made, as <c>topic name=value</c>.</summary>
    public List<string> Changes { get; } = [];

    public Task<TopicSettingsDoor> OpenAsync(CancellationToken cancellationToken) => Task.FromResult(WhyNot is null ? new TopicSettingsDoor(this, null) : new TopicSettingsDoor(null, WhyNot));

    /// <summary>What a topic has of its own.</summary>
    public SortedDictionary<string, string> Of(string topic)
    {
        if (!_own.TryGetValue(topic, out var own))
        {
            _own[topic] = own = new SortedDictionary<string, string>(cluster.Created.LastOrDefault(created => created.Name == topic)?.Configuration.ToDictionary() ?? [], StringComparer.Ordinal);
        }

        return own;
    }

    /// <summary>The same in one line.</summary>
    public string Text(string topic) => string.Join(' ', Of(topic).Select(pair => $"{pair.Key}={pair.Value}"));

    public Task<IReadOnlyDictionary<string, TopicSettingsAnswer>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken) =>
        Answer(topics, topic => topic, topic => !cluster.Topics.ContainsKey(topic) ? new TopicSettingsAnswer(new SettingsFailure(SettingsFailureKind.Missing, "no such topic"), null)
            : !MayDescribe ? new TopicSettingsAnswer(new SettingsFailure(SettingsFailureKind.Denied, "no right to describe"), null)
            : new TopicSettingsAnswer(null, Effective(Of(topic))));

    public Task<IReadOnlyDictionary<string, TopicSettingsAnswer>> TryCreateAsync(IReadOnlyCollection<TopicToCreate> topics, CancellationToken cancellationToken) =>
        Answer(topics, topic => topic.Name, topic =>
            !MayCreate ? new TopicSettingsAnswer(new SettingsFailure(SettingsFailureKind.Denied, "no right to create"), null)
            : topic.Configuration.Select(pair => Why(pair.Key, pair.Value)).FirstOrDefault(why => why is not null) is { } why ? new TopicSettingsAnswer(new SettingsFailure(SettingsFailureKind.Rejected, why), null)
            : new TopicSettingsAnswer(null, MayDescribe ? Effective(topic.Configuration) : null) { ReplicationFactor = topic.ReplicationFactor > 0 ? topic.ReplicationFactor : 1 });

    public Task<IReadOnlyDictionary<string, SettingsFailure?>> AlterAsync(IReadOnlyCollection<TopicChanges> changes, bool tryOnly, CancellationToken cancellationToken) =>
        Answer(changes, change => change.Topic, change =>
        {
            if (!MayAlter)
            {
                return new SettingsFailure(SettingsFailureKind.Denied, "no right to alter");
            }

            if (!cluster.Topics.ContainsKey(change.Topic))
            {
                return new SettingsFailure(SettingsFailureKind.Missing, "no such topic");
            }

            if (change.Values.Select(pair => Why(pair.Key, pair.Value)).FirstOrDefault(why => why is not null) is { } why)
            {
                return new SettingsFailure(SettingsFailureKind.Rejected, why);
            }

            if (!tryOnly)
            {
                Make(change);
            }

            return null;
        });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Make(TopicChanges change)
    {
        foreach (var (name, value) in change.Values)
        {
            Changes.Add($"{change.Topic} {name}={value ?? "(default)"}");
            if (value is null)
            {
                Of(change.Topic).Remove(name);
            }
            else
            {
                Of(change.Topic)[name] = value;
            }
        }
    }

    private string? Why(string name, string? value) => !Defaults.ContainsKey(name) ? $"unknown topic config name: {name}" : Reject(name, value);

    private Dictionary<string, TopicSetting> Effective(IReadOnlyDictionary<string, string> own) => Defaults.ToDictionary(
        pair => pair.Key,
        pair => new TopicSetting(pair.Key, own.GetValueOrDefault(pair.Key) ?? pair.Value, own.ContainsKey(pair.Key), ReadOnly.Contains(pair.Key)));

    private static Task<IReadOnlyDictionary<string, TAnswer>> Answer<T, TAnswer>(IReadOnlyCollection<T> subjects, Func<T, string> name, Func<T, TAnswer> answer) =>
        Task.FromResult<IReadOnlyDictionary<string, TAnswer>>(subjects.ToDictionary(name, answer, StringComparer.Ordinal));
}
