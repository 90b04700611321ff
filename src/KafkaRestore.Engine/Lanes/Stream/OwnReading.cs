using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>A lane that reads its sources itself.</summary>
internal sealed class OwnReading(RestorePlan plan, LanePlan lane, SegmentReader reader, BufferPool pool) : ISourceReading
{
    /// <inheritdoc/>
    public IAsyncEnumerable<SourceBlock> ReadAsync(int index, long readFrom, SourceCounters counters, CancellationToken cancellationToken) =>
        new SourceStream(plan.BackupId, lane.Sources[index], plan.Rules, reader, lane.OwnsSources ? counters : new SourceCounters(), pool, readFrom, countFrom: readFrom, new UnreadSegments(plan, lane.Sources[index])).ReadAsync(cancellationToken);
}
