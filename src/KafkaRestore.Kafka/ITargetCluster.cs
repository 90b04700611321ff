namespace KafkaRestore.Kafka;

/// <summary>What a restore asks of and does to the target besides producing.</summary>
/// <remarks>
/// Failures are <see cref="Records.Errors.RestoreException"/>: TARGET_UNREACHABLE, TARGET_DENIED, classified by Kafka's error code and
/// never by message text.
/// </remarks>
public interface ITargetCluster : IAsyncDisposable
{
    /// <summary>Reaches a broker and says what cluster it is.</summary>
    Task<ClusterDescription> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>The named topics that exist, with their partition counts; the others are absent from the result.</summary>
    Task<IReadOnlyDictionary<string, TopicDescription>> DescribeTopicsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken);

    /// <summary>Creates topics and waits until every partition has a leader. A topic that came to exist meanwhile with enough partitions is fine.</summary>
    Task CreateTopicsAsync(IReadOnlyCollection<TopicToCreate> topics, CancellationToken cancellationToken);

    /// <summary>Log start and log end (high watermark, read uncommitted) of each partition.</summary>
    Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> ReadRangesAsync(IReadOnlyCollection<TargetPartition> partitions, CancellationToken cancellationToken);

    /// <summary>
    /// Those of the partitions that hold a record between log start and end. A record counts whether its transaction was committed, aborted or is
    /// open: readers that read uncommitted see each. Control markers do not count, and offsets that compaction or deletion emptied neither.
    /// </summary>
    /// <remarks>
    /// A range of more than 1,000 offsets counts as holding records without being read, and so does one of a topic that this principal may not read.
    /// </remarks>
    Task<IReadOnlySet<TargetPartition>> FindRecordsAsync(IReadOnlyDictionary<TargetPartition, PartitionRange> ranges, CancellationToken cancellationToken);
}

/// <summary>A cluster that answered.</summary>
/// <param name="ClusterId">Its id; null when the broker gives none.</param>
/// <param name="Brokers">Number of brokers it reports.</param>
public sealed record ClusterDescription(string? ClusterId, int Brokers)
{
    /// <summary>How the connection was made.</summary>
    public ConnectionDescription? Connection { get; init; }
}

/// <summary>A topic of the target.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">Number of partitions.</param>
/// <param name="MaxMessageBytes">Its <c>max.message.bytes</c>; null when it could not be read.</param>
/// <param name="TimestampType">Its <c>message.timestamp.type</c>; null when it could not be read.</param>
public sealed record TopicDescription(string Name, int Partitions, int? MaxMessageBytes, string? TimestampType)
{
    /// <summary>Its <c>retention.ms</c> where records are deleted by age, in milliseconds; null when they are not, or when it could not be read.</summary>
    public long? RetentionMs { get; init; }

    /// <summary>Its id, which no other topic ever has; null where the cluster does not tell (before Kafka 2.8, or where only the client library can ask).</summary>
    public Guid? TopicId { get; init; }
}

/// <summary>A topic to be created.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">Number of partitions, 1 or more.</param>
/// <param name="ReplicationFactor">Replicas; -1 is the broker's default.</param>
/// <param name="Configuration">Topic settings to give it.</param>
public sealed record TopicToCreate(string Name, int Partitions, short ReplicationFactor, IReadOnlyDictionary<string, string> Configuration);

/// <summary>The offsets that a partition holds, those without a record included.</summary>
/// <param name="LogStart">First offset.</param>
/// <param name="End">High watermark: the offset that the next record gets.</param>
public readonly record struct PartitionRange(long LogStart, long End)
{
    /// <summary>How many offsets there are.</summary>
    public long Offsets => End - LogStart;
}
