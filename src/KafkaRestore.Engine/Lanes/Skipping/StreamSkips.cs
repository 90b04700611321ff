using System.Collections.Frozen;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Lanes.Skipping;

/// <summary>
/// What a lane's stream leaves out: for certain, what the job has noted when the stream is opened, and on trial what it now finds and may leave out. The stream goes on behind
/// what it finds, and says so; whoever takes it must note that durably before taking more.
/// </summary>
internal sealed class StreamSkips
{
    private readonly string _backupId;
    private readonly FrozenDictionary<(string, int), Noted> _noted;

    /// <param name="backupId">The archive's id.</param>
    /// <param name="allowed">What may be left out.</param>
    /// <param name="noted">What the job has left out already.</param>
    public StreamSkips(string backupId, SkipOptions allowed, IEnumerable<Skip> noted)
    {
        _backupId = backupId;
        Allowed = allowed;
        _noted = noted.GroupBy(skip => (skip.Topic, skip.Partition)).ToFrozenDictionary(group => group.Key, group => new Noted(group));
    }

    /// <summary>Nothing is left out.</summary>
    public static StreamSkips None { get; } = new("", new SkipOptions(), []);

    /// <summary>What may be left out.</summary>
    public SkipOptions Allowed { get; }

    /// <summary>Whether the job has left a segment of the source out.</summary>
    public bool HasSegment(LaneSource source, SegmentEntry segment) =>
        _noted.TryGetValue((source.Topic, source.Partition), out var noted) && noted.Segments.Count > 0 && noted.Segments.Contains(segment.KeyIn(_backupId, source.Topic, source.Partition));

    /// <summary>Offsets of the source's single records that the job has left out; null when there is none.</summary>
    public FrozenSet<long>? RecordsOf(LaneSource source) => _noted.TryGetValue((source.Topic, source.Partition), out var noted) && noted.Records.Count > 0 ? noted.Records : null;

    private sealed class Noted(IEnumerable<Skip> skips)
    {
        public FrozenSet<string> Segments { get; } = skips.Where(skip => skip.IsSegment).Select(skip => skip.Object!).ToFrozenSet(StringComparer.Ordinal);

        public FrozenSet<long> Records { get; } = skips.Where(skip => !skip.IsSegment).Select(skip => skip.FirstOffset).ToFrozenSet();
    }
}
