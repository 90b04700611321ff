namespace KafkaRestore.Kafka.Groups;

/// <summary>What is asked of a cluster about consumer groups, and done to their committed offsets. All members may be called from many threads at once.</summary>
/// <remarks>
/// Failures of single groups or partitions are values in the answers. What concerns everything is a <see cref="Records.Errors.RestoreException"/>: TARGET_UNREACHABLE, TARGET_DENIED,
/// CONFIG_NOT_SUPPORTED.
/// </remarks>
public interface IConsumerGroups : IAsyncDisposable
{
    /// <summary>Reaches a broker and says what cluster it is.</summary>
    Task<ClusterDescription> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>All groups that this principal may see, by name. Every broker is asked; one that does not answer is a failure, never a shorter list.</summary>
    Task<IReadOnlyList<ListedGroup>> ListAsync(CancellationToken cancellationToken);

    /// <summary>State and members of groups, in their order. A group that does not exist has the state <see cref="GroupState.Dead"/>.</summary>
    Task<IReadOnlyList<GroupDescription>> DescribeAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken);

    /// <summary>Everything that groups have committed, in their order. A group that does not exist has nothing.</summary>
    Task<IReadOnlyList<FetchedOffsets>> FetchAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken);

    /// <summary>Commits offsets for groups, in their order. A group with members refuses.</summary>
    /// <param name="groups">The groups, each once.</param>
    /// <param name="mostAtOnce">Groups under way at once, 1 or more.</param>
    /// <param name="deadline">How long one group may take, what is asked again included.</param>
    /// <param name="cancellationToken">Begins no further group; requests under way end first. What has not begun has the failure <see cref="GroupFailure.NotBegun"/>.</param>
    /// <param name="ended">Hears of each group whose turn came when there is a last word on it, from several threads at once; null for nobody.</param>
    Task<IReadOnlyList<GroupChange>> CommitAsync(
        IReadOnlyCollection<GroupOffsets> groups, int mostAtOnce, TimeSpan deadline, CancellationToken cancellationToken, Action<string>? ended = null);

    /// <summary>Removes committed offsets of groups, in their order. A group that reads the topic now refuses.</summary>
    Task<IReadOnlyList<GroupChange>> DeleteAsync(
        IReadOnlyCollection<KeyValuePair<string, IReadOnlyCollection<TargetPartition>>> groups, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Log start and log end (high watermark) of partitions; one that does not exist is absent.</summary>
    /// <exception cref="Records.Errors.RestoreException">A partition exists and its range cannot be read.</exception>
    Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> ReadRangesAsync(IReadOnlyCollection<TargetPartition> partitions, CancellationToken cancellationToken);

    /// <summary>The first offset of each partition whose record's time is at or after a time (epoch milliseconds); null when there is none. A partition that does not exist is absent.</summary>
    Task<IReadOnlyDictionary<TargetPartition, long?>> FindByTimeAsync(IReadOnlyDictionary<TargetPartition, long> times, CancellationToken cancellationToken);

    /// <summary>How long the brokers keep offsets of a group without members (<c>offsets.retention.minutes</c>), as one of them says; null when it does not (the right DESCRIBE_CONFIGS on the cluster is needed), or when it is not waited for.</summary>
    Task<TimeSpan?> ReadOffsetRetentionAsync(CancellationToken cancellationToken);
}
