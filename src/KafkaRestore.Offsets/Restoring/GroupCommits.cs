using KafkaRestore.Archive.Storage;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Snapshots;

namespace KafkaRestore.Offsets.Restoring;

/// <summary>Commits for a restore, with a snapshot in the job's folder before each batch of groups.</summary>
public sealed class GroupCommits(IConsumerGroups target, GroupRestoreOptions options, string? folder, TimeProvider time) : IGroupCommits
{
    /// <summary>The part of the job's state that holds the snapshots.</summary>
    public const string Part = "offsetsnapshots";

    private readonly List<string> _snapshots = [];

    /// <summary>Hears of groups that are waited for, in words.</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <inheritdoc/>
    public string? SnapshotPath => folder;

    /// <inheritdoc/>
    public IReadOnlyList<string> Snapshots => _snapshots;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> CommitAsync(IReadOnlyList<GroupOffsets> groups, CancellationToken cancellationToken)
    {
        _ = options;
        var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = folder! });
        await using (storage.ConfigureAwait(false))
        {
            var snapshot = await new SnapshotCapture(target, new SnapshotStore(storage), time).TakeAsync([.. groups.Select(static group => group.Group)], "before a restore's reset", cancellationToken).ConfigureAwait(false);
            _snapshots.Add(snapshot.Id);
        }

        var changes = await target.CommitAsync(groups, 50, TimeSpan.FromSeconds(30), cancellationToken).ConfigureAwait(false);
        return changes.Where(static change => change.Failures.Count > 0)
            .ToDictionary(static change => change.Group, static change => (IReadOnlyList<string>)[.. change.Failures.Select(static failure => $"{failure.Key}: {failure.Value.Reason}")]);
    }
}
