using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>How a rollback is done.</summary>
public sealed record RollbackOptions
{
    /// <summary>Which groups of the snapshot; the default is all.</summary>
    public GroupSelection Groups { get; init; } = GroupSelection.All;

    /// <summary>Whether an offset outside of the partition's log is moved to the nearest one inside; else it is committed as it is and named.</summary>
    public bool Clamp { get; init; }

    /// <summary>Whether the snapshot may be of another cluster.</summary>
    public bool OtherCluster { get; init; }

    /// <summary>How long to wait for members to leave; zero: not at all.</summary>
    public TimeSpan WaitForEmpty { get; init; } = TimeSpan.Zero;

    /// <summary>Saves what the groups have committed before the rollback; null: nothing is saved.</summary>
    public SnapshotCapture? Safety { get; init; }

    /// <summary>Whether the result is read back and compared.</summary>
    public bool Verify { get; init; } = true;

    /// <summary>Groups under way at once, 1 or more.</summary>
    public int MostAtOnce { get; init; } = 100;

    /// <summary>How long one group may take.</summary>
    public TimeSpan GroupDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Is told what happens, in words.</summary>
    public Action<string>? Notice { get; init; }
}
