using KafkaRestore.Offsets.Snapshots;

namespace KafkaRestore.Offsets.Exports;

/// <summary>How offsets are imported. An offset outside of the log that is not clamped is a problem.</summary>
public sealed record ImportOptions : GroupChangeOptions
{
    /// <summary>Other names of topics, by their names in the source.</summary>
    public IReadOnlyDictionary<string, string> TopicMapping { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether partitions that do not exist are left out; else they are a problem.</summary>
    public bool SkipMissing { get; init; }

    /// <summary>Epoch milliseconds: the groups' partitions are set to the first record at or after this time, or the end where there is none, and the source's offsets do not count; null: they do.</summary>
    public long? ToTime { get; init; }
}
