using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Times;

/// <summary>Finds the times of single records in an archive. Reads the segments in which they lie, and those behind them as far as a record is left out by the plan.</summary>
/// <param name="plan">Which records a restore writes.</param>
/// <param name="storage">Where the archive is; stays the caller's to dispose.</param>
/// <param name="budget">The memory for reading.</param>
public sealed class RecordTimes(RestorePlan plan, IArchiveStorage storage, MemoryBudget budget)
{
    /// <summary>The time, in epoch milliseconds, of the first record that the restore writes at or after each source offset; null where there is none.</summary>
    /// <param name="source">A source of the plan.</param>
    /// <param name="offsets">Source offsets, in any order.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="RestoreException">A segment cannot be read.</exception>
    public async Task<IReadOnlyDictionary<long, long?>> FindAsync(LaneSource source, IEnumerable<long> offsets, CancellationToken cancellationToken)
    {
        var reader = new SegmentReader(storage, budget);
        long[] asked = [.. offsets.Distinct().Order()];
        var found = new Dictionary<long, long?>();
        while (found.Count < asked.Length)
        {
            await ReadFromAsync(source, reader, asked, found, cancellationToken).ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>Answers the next offset, and those behind it as long as they lie in segments that are read anyway.</summary>
    private async Task ReadFromAsync(LaneSource source, SegmentReader reader, long[] asked, Dictionary<long, long?> found, CancellationToken cancellationToken)
    {
        var first = asked[found.Count];
        var index = 0;
        while (index < source.Segments.Count && source.Segments[index].EndOffset < first)
        {
            index++;
        }

        var from = source.With([.. source.Segments.Skip(index)], []);
        var near = from.Segments.Count == 0 ? first : from.Segments[0].EndOffset;
        var stream = new SourceStream(plan.BackupId, from, plan.Rules, reader, new SourceCounters(), BufferPool.Shared);
        await foreach (var block in stream.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            using (block.Block)
            {
                if (block.Block is { } records && Take(records, asked, found, near))
                {
                    return;
                }
            }
        }

        for (var i = found.Count; i < asked.Length; i++)
        {
            found.Add(asked[i], null);
        }
    }

    /// <summary>Whether nothing further is asked for nearby.</summary>
    private bool Take(RecordBlock records, long[] asked, Dictionary<long, long?> found, long near)
    {
        foreach (var record in records)
        {
            if (record.Offset < asked[found.Count] || IsLeftOut(record))
            {
                continue;
            }

            do
            {
                found.Add(asked[found.Count], record.Timestamp);
            }
            while (found.Count < asked.Length && asked[found.Count] <= record.Offset);

            if (found.Count == asked.Length || asked[found.Count] > near)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsLeftOut(RecordView record) => plan.Rules.IsOutside(record.Timestamp) || (plan.Rules.DropControlRecords && ControlRecords.IsMarker(record));
}
