using KafkaRestore.Kafka.Groups;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Resetting;

/// <summary>
/// Sets the committed offsets of many groups: looks at them, saves what they have, commits, reads back and compares. A group that has members, or that cannot be read before, is not touched.
/// </summary>
/// <remarks>Whether the offsets make sense, that is lie in their partitions' ranges, is for whoever made them to check.</remarks>
public sealed class GroupReset
{
    private readonly IConsumerGroups _groups;
    private readonly GroupResetOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Prepares; <paramref name="groups"/> stays the caller's to dispose.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public GroupReset(IConsumerGroups groups, GroupResetOptions? options = null, TimeProvider? time = null)
    {
        _groups = groups;
        _options = options ?? new GroupResetOptions();
        _time = time ?? TimeProvider.System;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MostAtOnce, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_options.DeadlinePerGroup, TimeSpan.Zero, nameof(options));
    }

    /// <summary>Hears how far it has come; from several threads, one at a time.</summary>
    public Action<GroupResetProgress> Progress { get; init; } = static _ => { };

    /// <summary>Resets groups.</summary>
    /// <param name="wanted">The offsets, each group once.</param>
    /// <param name="save">Saves what the groups have committed before anything is changed, and gives the id of what it saved; null to save nothing. Its failure ends the reset.</param>
    /// <param name="cancellationToken">Groups whose commit is under way end and are read back; the others are reported as not begun.</param>
    /// <exception cref="RestoreException">TARGET_UNREACHABLE, TARGET_DENIED, or the failure of <paramref name="save"/>; nothing was changed.</exception>
    /// <exception cref="ArgumentException">A group stands there twice.</exception>
    public async Task<GroupResetReport> RunAsync(
        IReadOnlyList<GroupOffsets> wanted, Func<IReadOnlyList<GroupOffsets>, CancellationToken, Task<string?>>? save, CancellationToken cancellationToken)
    {
        if (wanted.GroupBy(static group => group.Group, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"group '{twice.Key}' is to be reset twice", nameof(wanted));
        }

        var run = new GroupResetRun(_groups, _options, _time, Progress, wanted);
        try
        {
            await run.PrepareAsync(save, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return run.Report(isStopped: true);
        }

        await run.CommitAsync(cancellationToken).ConfigureAwait(false);
        return run.Report(cancellationToken.IsCancellationRequested);
    }

    internal static GroupOutcome Skipped(string group, int partitions, GroupProblem problem) =>
        new() { GroupId = group, State = GroupOutcomeState.Skipped, PartitionsFailed = partitions, Problem = problem };
}
