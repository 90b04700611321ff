namespace KafkaRestore.Kafka.Settings;

/// <summary>
/// The settings of the target's topics: read, changed one by one, and tried without changing anything. A change names what it changes and leaves all other settings alone
/// (IncrementalAlterConfigs).
/// </summary>
/// <remarks>What concerns one topic is a value in the answer; that no broker answers is TARGET_UNREACHABLE.</remarks>
public interface ITopicSettings : IAsyncDisposable
{
    /// <summary>The settings of existing topics.</summary>
    /// <param name="topics">Their names, each once.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>By topic.</returns>
    /// <exception cref="Records.Errors.RestoreException">TARGET_UNREACHABLE, TARGET_DENIED: no broker answers.</exception>
    Task<IReadOnlyDictionary<string, TopicSettingsAnswer>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken);

    /// <summary>The settings that topics would have if they were created; creates none.</summary>
    /// <param name="topics">The topics, each once.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>By topic; a failure says why it cannot be created so.</returns>
    /// <exception cref="Records.Errors.RestoreException">TARGET_UNREACHABLE, TARGET_DENIED: no broker answers.</exception>
    Task<IReadOnlyDictionary<string, TopicSettingsAnswer>> TryCreateAsync(IReadOnlyCollection<TopicToCreate> topics, CancellationToken cancellationToken);

    /// <summary>Changes settings: all changes of a topic are made, or none.</summary>
    /// <param name="changes">The changes, each topic once.</param>
    /// <param name="tryOnly">Whether to check the changes and make none.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>By topic: null when its changes are made, or would be.</returns>
    /// <exception cref="Records.Errors.RestoreException">TARGET_UNREACHABLE, TARGET_DENIED: no broker answers.</exception>
    Task<IReadOnlyDictionary<string, SettingsFailure?>> AlterAsync(IReadOnlyCollection<TopicChanges> changes, bool tryOnly, CancellationToken cancellationToken);
}

/// <summary>A setting as the target tells it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; null when it is sensitive, or has none.</param>
/// <param name="IsOwn">Whether the topic has it of its own; otherwise it is the brokers' default.</param>
/// <param name="IsReadOnly">Whether it cannot be changed.</param>
/// <param name="IsSensitive">Whether it is a secret.</param>
public sealed record TopicSetting(string Name, string? Value, bool IsOwn, bool IsReadOnly = false, bool IsSensitive = false);

/// <summary>What the target says of a topic.</summary>
/// <param name="Failure">Why it says nothing, or would not create it; null when it does.</param>
/// <param name="Settings">Its settings by name; null when there is a failure, or when this principal may not see them.</param>
public sealed record TopicSettingsAnswer(SettingsFailure? Failure, IReadOnlyDictionary<string, TopicSetting>? Settings)
{
    /// <summary>How many replicas a topic to be created would have; null when it was not told, or not asked for.</summary>
    public int? ReplicationFactor { get; init; }
}

/// <summary>Changes to a topic's settings.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Values">By name the new value; null goes back to the brokers' default.</param>
public sealed record TopicChanges(string Topic, IReadOnlyDictionary<string, string?> Values);

/// <summary>Why the target did not do what concerns one topic.</summary>
/// <param name="Kind">The kind, from Kafka's error code.</param>
/// <param name="What">The broker's words, for a person.</param>
public sealed record SettingsFailure(SettingsFailureKind Kind, string What);

/// <summary>Kinds of <see cref="SettingsFailure"/>.</summary>
public enum SettingsFailureKind
{
    /// <summary>This principal lacks the right.</summary>
    Denied,

    /// <summary>There is no such topic.</summary>
    Missing,

    /// <summary>A name or a value is not accepted, or a policy of the target forbids it.</summary>
    Rejected,

    /// <summary>The topic exists already.</summary>
    Exists,

    /// <summary>It did not answer in time; a change may have been made.</summary>
    Unanswered,

    /// <summary>Anything else that will not pass.</summary>
    Other,
}
