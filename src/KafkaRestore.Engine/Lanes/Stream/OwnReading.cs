using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>A lane that reads its sources itself.</summary>
internal sealed class OwnReading(RestorePlan plan, LanePlan lane, SegmentReader reader, BufferPool pool) : ISourceReading
{
    /// <inheritdoc/>
    public IAsyncEnumerable<SourceBlock> ReadAsync(int index, long readFrom, SourceCounters counters, StreamSkips skips, CancellationToken cancellationToken)
    {
        var source = lane.Sources[index];
        var counted = lane.OwnsSources ? counters : new SourceCounters();
        return new SourceStream(plan.BackupId, source, plan.Rules, reader, counted, pool, readFrom, countFrom: readFrom, skips, new UnreadSegments(plan, source)).ReadAsync(cancellationToken);
    }
}
