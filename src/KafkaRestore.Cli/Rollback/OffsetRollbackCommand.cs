using KafkaRestore.Cli.Invocation;

namespace KafkaRestore.Cli.Rollback;

/// <summary><c>offset-rollback</c>: snapshots of group offsets, and the way back to them.</summary>
internal sealed class OffsetRollbackCommand : CommandGroup
{
    public OffsetRollbackCommand()
        : base("offset-rollback", "Saves what consumer groups have committed, and brings it back.")
    {
        Add(new SnapshotCommand());
        Add(new ListSnapshotsCommand());
        Add(new ShowSnapshotCommand());
        Add(new RollbackCommand());
        Add(new VerifySnapshotCommand());
        Add(new DeleteSnapshotCommand());
    }

    public override IReadOnlyList<string> Notes =>
    [
        "Snapshots are files below offset-snapshots/ of a directory or bucket, the same as kafka-backup's. docs/group-snapshots.md says what is in them and what a rollback does.",
    ];
}
