using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>A change of one group's committed offsets, and what was heard of it. One thread at a time.</summary>
internal abstract class GroupOffsetChange(string group, IEnumerable<TargetPartition> partitions)
{
    private readonly Dictionary<TargetPartition, ErrorCode> _refused = [];
    private readonly List<TargetPartition> _open = [.. partitions];
    private Deadline _deadline;
    private TimeProvider? _time;
    private long _begun;
    private int _attempts;

    /// <summary>The group's id.</summary>
    public string Group => group;

    /// <summary>Partitions that have no final answer yet.</summary>
    public IReadOnlyList<TargetPartition> Open => _open;

    /// <summary>Why the open ones are not changed.</summary>
    public ErrorCode Error { get; private set; } = ErrorCode.Local_TimedOut;

    /// <summary>How asking failed last; null when a broker answered.</summary>
    public WireException? Failure { get; private set; }

    /// <summary>Partitions that are refused for good.</summary>
    public IReadOnlyDictionary<TargetPartition, ErrorCode> Refused => _refused;

    /// <summary>Number of partitions that are changed.</summary>
    public int Changed { get; private set; }

    /// <summary>Whether a request went out whose effect nobody has told us: what is not known to be changed may be changed all the same.</summary>
    public bool IsAmbiguous { get; private set; }

    /// <summary>Whether its turn has come.</summary>
    public bool HasBegun => _time is not null;

    /// <summary>What is left of its time; only after <see cref="Begin"/>.</summary>
    public TimeSpan Remaining => _deadline.Remaining;

    /// <summary>Whether asking again may help and there is time for it.</summary>
    public bool IsWorthAnother => _open.Count > 0 && KafkaErrors.MayPass(Error) && !(HasBegun && _deadline.IsOver);

    /// <summary>From its turn to the last word on it.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>How often it was asked again.</summary>
    public int Retries => Math.Max(0, _attempts - 1);

    /// <summary>Its turn has come; the first time counts.</summary>
    public void Begin(TimeProvider time, TimeSpan deadline)
    {
        if (_time is null)
        {
            (_time, _begun, _deadline) = (time, time.GetTimestamp(), Deadline.Start(time, deadline));
        }
    }

    /// <summary>It is asked for now.</summary>
    public void Attempt() => _attempts++;

    /// <summary>Asks a broker to change some partitions.</summary>
    /// <returns>Per partition, in any order; one that is left out is not changed.</returns>
    public abstract Task<IReadOnlyCollection<KeyValuePair<TargetPartition, ErrorCode>>> AskAsync(
        BrokerConnection connection, IReadOnlyList<TargetPartition> partitions, CancellationToken cancellationToken);

    /// <summary>A broker answered about <paramref name="asked"/>.</summary>
    public void Hear(IReadOnlyList<TargetPartition> asked, IReadOnlyCollection<KeyValuePair<TargetPartition, ErrorCode>> answer)
    {
        var errors = new Dictionary<TargetPartition, ErrorCode>(answer.Count);
        foreach (var (partition, error) in answer)
        {
            errors[partition] = error;
        }

        var settled = new HashSet<TargetPartition>(asked.Count);
        foreach (var partition in asked)
        {
            var error = errors.GetValueOrDefault(partition, ErrorCode.Unknown);
            if (error == ErrorCode.NoError)
            {
                Changed++;
                settled.Add(partition);
            }
            else if (KafkaErrors.MayPass(error))
            {
                IsAmbiguous |= !IsBeforeWriting(error);
                (Error, Failure) = (error, null);
            }
            else
            {
                _refused[partition] = error;
                settled.Add(partition);
            }
        }

        _open.RemoveAll(settled.Contains);
        Stamp();
    }

    /// <summary>Nobody can be asked now.</summary>
    public void Refuse(ErrorCode error)
    {
        (Error, Failure) = (error, null);
        Stamp();
    }

    /// <summary>Asking failed.</summary>
    /// <param name="failure">How.</param>
    /// <param name="mayHaveArrived">Whether the request was on its way.</param>
    public void Fail(WireException failure, bool mayHaveArrived)
    {
        (Error, Failure) = (failure.Failure.ToErrorCode(), failure);
        IsAmbiguous |= mayHaveArrived;
        Stamp();
    }

    // COORDINATOR_NOT_AVAILABLE is also what a coordinator says of a write that was not replicated in time, and may be replicated yet.
    private static bool IsBeforeWriting(ErrorCode error) =>
        error is ErrorCode.GroupLoadInProgress or ErrorCode.NotCoordinatorForGroup or ErrorCode.RebalanceInProgress or ErrorCode.ThrottlingQuotaExceeded;

    private void Stamp() => Duration = _time is { } time ? time.GetElapsedTime(_begun) : TimeSpan.Zero;
}

/// <summary>Offsets to commit.</summary>
internal sealed class GroupCommit(GroupOffsets offsets) : GroupOffsetChange(offsets.Group, offsets.Offsets.Keys)
{
    /// <inheritdoc/>
    public override async Task<IReadOnlyCollection<KeyValuePair<TargetPartition, ErrorCode>>> AskAsync(
        BrokerConnection connection, IReadOnlyList<TargetPartition> partitions, CancellationToken cancellationToken)
    {
        var commits = new OffsetCommitPartition[partitions.Count];
        for (var i = 0; i < commits.Length; i++)
        {
            var offset = offsets.Offsets[partitions[i]];
            commits[i] = new OffsetCommitPartition(partitions[i], offset.Offset, offset.LeaderEpoch, offset.Metadata);
        }

        var answer = await connection.AskWholeAsync(new OffsetCommitRequest(Group, commits), cancellationToken).ConfigureAwait(false);
        return [.. answer.Partitions.Select(static result => KeyValuePair.Create(result.Partition, result.Error))];
    }
}

/// <summary>Committed offsets to remove.</summary>
internal sealed class GroupDeletion(string group, IEnumerable<TargetPartition> partitions) : GroupOffsetChange(group, partitions)
{
    /// <inheritdoc/>
    public override async Task<IReadOnlyCollection<KeyValuePair<TargetPartition, ErrorCode>>> AskAsync(
        BrokerConnection connection, IReadOnlyList<TargetPartition> partitions, CancellationToken cancellationToken)
    {
        var answer = await connection.AskWholeAsync(new OffsetDeleteRequest(Group, partitions), cancellationToken).ConfigureAwait(false);
        return answer.Error == ErrorCode.NoError
            ? [.. answer.Partitions.Select(static result => KeyValuePair.Create(result.Partition, result.Error))]
            : [.. partitions.Select(partition => KeyValuePair.Create(partition, answer.Error))];
    }
}
