using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>What every change of groups that is done as a whole takes: a rollback, an import.</summary>
public abstract record GroupChangeOptions
{
    /// <summary>Which groups; the default is all that the snapshot or the source holds.</summary>
    public GroupSelection Groups { get; init; } = GroupSelection.All;

    /// <summary>Whether an offset outside of the partition's log is moved to the nearest one inside.</summary>
    public bool Clamp { get; init; }

    /// <summary>How long to wait for members to leave; zero: not at all.</summary>
    public TimeSpan WaitForEmpty { get; init; } = TimeSpan.Zero;

    /// <summary>Saves what the groups have committed before; null: nothing is saved.</summary>
    public SnapshotCapture? Safety { get; init; }

    /// <summary>Groups under way at once, 1 or more.</summary>
    public int MostAtOnce { get; init; } = 100;

    /// <summary>How long one group may take.</summary>
    public TimeSpan GroupDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Is told what happens, in words.</summary>
    public Action<string>? Notice { get; init; }
}
