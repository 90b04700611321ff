using System.Text.Json.Serialization;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>
/// A place in a lane's stream: generation after generation, in each one source after the other, in each by source offset. Everything before it
/// is acknowledged, or left out for a counted reason.
/// </summary>
/// <param name="Generation">The generation being read, from 1.</param>
/// <param name="Source">Index of the source being read, from 0; the number of sources when the generation is read to its end.</param>
/// <param name="ReadFrom">Source offset at which reading goes on: what was left out below it is counted already. 0 at the beginning of a source.</param>
/// <param name="NextOffset">Records below this source offset are in the target; at least <paramref name="ReadFrom"/>. What was left out in between is not counted yet.</param>
[method: JsonConstructor]
public readonly record struct StreamPosition(int Generation, int Source, long ReadFrom, long NextOffset)
{
    /// <summary>Where every stream begins.</summary>
    public static StreamPosition Beginning { get; } = new(1, 0, 0, 0);

    /// <summary>Whether a segment of <paramref name="source"/> that ends with source offset <paramref name="end"/> need not be read again.</summary>
    public bool IsPast(int generation, int source, long end) =>
        generation != Generation ? generation < Generation
            : source != Source ? source < Source
            : end < ReadFrom;
}

/// <summary>A piece of a lane's stream, and where the stream stands behind it.</summary>
/// <param name="Block">Records to be sent; belongs to whoever takes the piece. Null where only the position moved.</param>
/// <param name="Mark">Holds once every record up to here is acknowledged.</param>
/// <param name="Skips">What the stream has left out up to here and nobody has noted yet; must be noted before the piece is taken. Null is nothing.</param>
internal readonly record struct StreamPiece(RecordBlock? Block, StreamMark Mark, IReadOnlyList<Skip>? Skips = null);

/// <summary>What is accounted for behind a piece of the stream.</summary>
/// <param name="Source">Index of the source.</param>
/// <param name="ReadFrom">
/// Everything of it below this offset is; null for everything up to the piece's last record; <see cref="SourceEnd"/> at the source's end; <see cref="Open"/> for no more
/// than before the piece.
/// </param>
/// <param name="Tally">What was left out of the source so far.</param>
internal readonly record struct StreamMark(int Source, long? ReadFrom, SourceTally Tally)
{
    /// <summary>Stands for the end of the source.</summary>
    public const long SourceEnd = long.MaxValue;

    /// <summary>Stands for no change: what was left out since the last mark is not counted for good yet.</summary>
    public const long Open = -1;
}
