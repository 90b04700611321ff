namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>Where in its stream a lane stands: what is below is acknowledged or left out for a counted reason.</summary>
/// <param name="Source">Index of the lane's source being read; sources before it are finished.</param>
/// <param name="ReadFrom">Everything below this source offset is accounted for in <paramref name="Tallies"/>; reading goes on here.</param>
/// <param name="NextOffset">Records below this source offset are in the target already; not below <paramref name="ReadFrom"/>, or 0.</param>
/// <param name="Tallies">What was left out below <paramref name="ReadFrom"/>, per source of the lane.</param>
public sealed record StreamPosition(int Source, long ReadFrom, long NextOffset, IReadOnlyList<SourceTally> Tallies)
{
    /// <summary>The beginning of the stream of a lane with <paramref name="sources"/> sources.</summary>
    public static StreamPosition Start(int sources) => new(0, 0, 0, [.. Enumerable.Repeat(SourceTally.None, sources)]);
}

/// <summary>A piece of a lane's stream, and where the stream stands behind it.</summary>
/// <param name="Block">Records to be sent; belongs to whoever takes the piece. Null where only the position moved.</param>
/// <param name="Mark">Holds once every record up to here is acknowledged.</param>
internal readonly record struct StreamPiece(Records.Layout.RecordBlock? Block, StreamMark Mark);

/// <summary>What is accounted for behind a piece of the stream.</summary>
/// <param name="Source">Index of the source.</param>
/// <param name="ReadFrom">Everything of it below this offset is; null for everything up to the piece's last record; <see cref="long.MaxValue"/> at the source's end.</param>
/// <param name="Tally">What was left out of the source so far.</param>
internal readonly record struct StreamMark(int Source, long? ReadFrom, SourceTally Tally);
