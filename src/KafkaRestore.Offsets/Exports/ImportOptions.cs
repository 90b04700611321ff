using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Exports;

/// <summary>How offsets are imported.</summary>
public sealed record ImportOptions
{
    /// <summary>Which groups of the source; the default is all.</summary>
    public GroupSelection Groups { get; init; } = GroupSelection.All;

    /// <summary>Other names of topics, by their names in the source.</summary>
    public IReadOnlyDictionary<string, string> TopicMapping { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether an offset outside of the partition's log is moved to the nearest one inside; else it is a problem.</summary>
    public bool Clamp { get; init; }

    /// <summary>Whether partitions that do not exist are left out; else they are a problem.</summary>
    public bool SkipMissing { get; init; }

    /// <summary>Epoch milliseconds: the groups' partitions are set to the first record at or after this time, or the end where there is none, and the source's offsets do not count; null: they do.</summary>
    public long? ToTime { get; init; }

    /// <summary>How long to wait for members to leave; zero: not at all.</summary>
    public TimeSpan WaitForEmpty { get; init; } = TimeSpan.Zero;

    /// <summary>Saves what the groups have committed before the import; null: nothing is saved.</summary>
    public SnapshotCapture? Safety { get; init; }

    /// <summary>Groups under way at once, 1 or more.</summary>
    public int MostAtOnce { get; init; } = 100;

    /// <summary>How long one group may take.</summary>
    public TimeSpan GroupDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Is told what happens, in words.</summary>
    public Action<string>? Notice { get; init; }
}
