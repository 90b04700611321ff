namespace KafkaRestore.Kafka.Probing;

/// <summary>Asks the target what only it can know, and changes nothing.</summary>
public interface ITargetProbe : IAsyncDisposable
{
    /// <summary>Asks. What cannot be asked, or is refused, stands in the answer with its reason: nothing but a cancellation is thrown.</summary>
    Task<TargetAnswer> AskAsync(TargetQuestion question, CancellationToken cancellationToken);
}

/// <summary>What is to be found out.</summary>
public sealed record TargetQuestion
{
    /// <summary>Topics whose rights, replicas and settings are wanted, whether they exist or not.</summary>
    public IReadOnlyCollection<string> Topics { get; init; } = [];

    /// <summary>Topics of which it is asked whether they would be created, and how.</summary>
    public IReadOnlyCollection<TopicToCreate> Trials { get; init; } = [];

    /// <summary>Target partitions for whose transactional ids the right to write is wanted.</summary>
    public IReadOnlyCollection<TargetPartition> Fences { get; init; } = [];
}

/// <summary>What the target has said.</summary>
public sealed record TargetAnswer
{
    /// <summary>What we may do to the cluster; null when it does not say.</summary>
    public TargetRights? ClusterRights { get; init; }

    /// <summary>The topics of which it said anything, by name.</summary>
    public IReadOnlyDictionary<string, ProbedTopic> Topics { get; init; } = new Dictionary<string, ProbedTopic>();

    /// <summary>What would become of topics that are to be created, by name.</summary>
    public IReadOnlyDictionary<string, TopicTrial> Trials { get; init; } = new Dictionary<string, TopicTrial>();

    /// <summary>Transactional ids that we may not write with.</summary>
    public IReadOnlyList<string> DeniedTransactionalIds { get; init; } = [];

    /// <summary>The brokers that are alive, with their disks where they tell.</summary>
    public IReadOnlyList<ProbedBroker> Brokers { get; init; } = [];

    /// <summary>What could not be asked.</summary>
    public IReadOnlyList<Unanswered> Unanswered { get; init; } = [];
}

/// <summary>A topic, existing or not.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsHidden">Whether we may not see if it exists.</param>
/// <param name="Rights">What we may do to it; null when the cluster does not say.</param>
/// <param name="Partitions">Its partitions; none when it does not exist.</param>
/// <param name="Settings">Its settings, defaults included; null when they could not be read.</param>
public sealed record ProbedTopic(
    string Name, bool IsHidden, TargetRights? Rights, IReadOnlyList<ProbedPartition> Partitions, IReadOnlyDictionary<string, string>? Settings);

/// <summary>A partition.</summary>
/// <param name="Index">Its number.</param>
/// <param name="HasLeader">Whether a broker leads it now.</param>
/// <param name="Replicas">The brokers that hold it.</param>
/// <param name="InSync">Those of them that are in sync.</param>
public sealed record ProbedPartition(int Index, bool HasLeader, IReadOnlyList<int> Replicas, IReadOnlyList<int> InSync);

/// <summary>What would become of a topic.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Outcome">Whether it would be created.</param>
/// <param name="Reason">The broker's reason against it; null where it would be created.</param>
/// <param name="ReplicationFactor">Replicas that each partition would get; null when the cluster does not say.</param>
/// <param name="Settings">Settings that it would get, defaults included; null when the cluster does not say.</param>
public sealed record TopicTrial(string Name, TrialOutcome Outcome, string? Reason, int? ReplicationFactor, IReadOnlyDictionary<string, string>? Settings);

/// <summary>Whether a topic would be created.</summary>
public enum TrialOutcome
{
    /// <summary>It would.</summary>
    Accepted,

    /// <summary>It exists meanwhile.</summary>
    Exists,

    /// <summary>We may not create it.</summary>
    Denied,

    /// <summary>More replicas are wanted than there are brokers, or none.</summary>
    Replication,

    /// <summary>The cluster refuses it for another reason: a policy, a setting, a name.</summary>
    Refused,
}

/// <summary>A broker that is alive.</summary>
/// <param name="Id">Its id.</param>
/// <param name="FreeBytes">What is free on the disks of its log directories; null when it does not say.</param>
public sealed record ProbedBroker(int Id, long? FreeBytes);

/// <summary>A question without an answer.</summary>
/// <param name="What">What was asked for, in words.</param>
/// <param name="Why">Why there is no answer.</param>
public sealed record Unanswered(string What, string Why);
