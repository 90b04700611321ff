using KafkaRestore.Archive.Storage;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Resetting;
using KafkaRestore.Offsets.Snapshots;

namespace KafkaRestore.Offsets.Restoring;

/// <summary>Commits for a restore; before each batch of groups a snapshot of what they have goes into the job's folder.</summary>
/// <param name="target">The groups of the target; stays the caller's to dispose.</param>
/// <param name="bootstrapServers">Brokers of the target.</param>
/// <param name="options">What is asked for.</param>
/// <param name="snapshots">Where the snapshots go, see <see cref="SnapshotStore"/>; null for a course that commits nothing.</param>
/// <param name="time">The clock.</param>
public sealed class GroupCommits(IConsumerGroups target, IReadOnlyList<string> bootstrapServers, GroupRestoreOptions options, IArchiveStorage? snapshots, TimeProvider time) : IGroupCommits
{
    /// <summary>The part of the job's state that holds the snapshots.</summary>
    public const string Part = "groupsnapshots";

    private readonly List<string> _snapshots = [];

    /// <summary>Hears of groups that are waited for, in words.</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <inheritdoc/>
    public string? SnapshotPath => snapshots?.Properties.Location;

    /// <inheritdoc/>
    public IReadOnlyList<string> Snapshots => _snapshots;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> CommitAsync(IReadOnlyList<GroupOffsets> groups, CancellationToken cancellationToken)
    {
        var reset = new GroupReset(target, new GroupResetOptions { WaitForEmpty = options.WaitForEmpty > TimeSpan.Zero ? options.WaitForEmpty : null }, time) { Progress = Waits };
        var report = await reset.RunAsync(groups, SaveAsync, cancellationToken).ConfigureAwait(false);
        return report.GroupOutcomes.Where(static outcome => outcome.State != GroupOutcomeState.Reset).ToDictionary(static outcome => outcome.GroupId, Reasons, StringComparer.Ordinal);
    }

    private async Task<string?> SaveAsync(IReadOnlyList<GroupOffsets> before, CancellationToken cancellationToken)
    {
        var store = new SnapshotStore(snapshots ?? throw new InvalidOperationException("no place for snapshots"));
        var cluster = await target.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var snapshot = await new SnapshotCapture(target, bootstrapServers, store, time).SaveAsync(cluster, before, "before a restore reset these groups", cancellationToken).ConfigureAwait(false);
        _snapshots.Add(snapshot.Id);
        return snapshot.Id;
    }

    private void Waits(GroupResetProgress progress)
    {
        if (progress.Step == GroupResetStep.Waiting)
        {
            Say($"consumer groups: {progress}");
        }
    }

    private static IReadOnlyList<string> Reasons(GroupOutcome outcome) =>
        [.. outcome.Problem is { } problem ? [$"{problem.Code}: {problem.Message}"] : Array.Empty<string>(), .. outcome.Errors.Select(static error => $"{error.Topic}/{error.Partition}: {error.Message}")];
}
