using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>What a lane's stream reads its sources from.</summary>
internal interface ISourceReading
{
    /// <summary>
    /// The records of one source in source order, as the archive holds them; may leave out those of other lanes. Sources are read in the order of their indexes, each
    /// once and to its end.
    /// </summary>
    /// <param name="index">Index of the source in the lane.</param>
    /// <param name="readFrom">Records below this source offset need not be given.</param>
    /// <param name="counters">Count the segments and copies that are read for this lane.</param>
    /// <param name="skips">What is left out of it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="Records.Errors.RestoreException">ARCHIVE_CORRUPT, ARCHIVE_GENERATIONS and the other failures of reading.</exception>
    IAsyncEnumerable<SourceBlock> ReadAsync(int index, long readFrom, SourceCounters counters, StreamSkips skips, CancellationToken cancellationToken);
}

/// <summary>A block as the archive holds it.</summary>
/// <param name="Block">Its records; belongs to whoever takes it. Null where something was left out, or only <paramref name="AccountedBelow"/> moved.</param>
/// <param name="AccountedBelow">
/// Below this offset every copy has been counted and every record given; null: up to the block's last record; <see cref="StreamMark.Open"/>: no further than
/// before this block.
/// </param>
/// <param name="Lost">A segment that was left out and is not noted yet; null when there is none.</param>
internal readonly record struct SourceBlock(RecordBlock? Block, long? AccountedBelow, Skip? Lost = null);
