using System.Text.Json.Serialization;

namespace KafkaRestore.Engine.State.Checkpoints;

/// <summary>
/// A place in a lane's stream: generation after generation, in each one source after the other, in each by source offset. Everything before it
/// was acknowledged or left out on purpose.
/// </summary>
/// <param name="Generation">The generation being read, from 1.</param>
/// <param name="Source">Number of the source being read, from 0; the number of sources when the generation is read to its end.</param>
/// <param name="NextOffset">The first source offset that is not accounted for; 0 at the beginning and at the end of a generation.</param>
/// <param name="RecordsPassed">Records of the stream before this place.</param>
[method: JsonConstructor]
public readonly record struct StreamPosition(int Generation, int Source, long NextOffset, long RecordsPassed)
{
    /// <summary>Where every stream begins.</summary>
    public static StreamPosition Beginning { get; } = new(1, 0, 0, 0);

    /// <summary>Whether a segment of <paramref name="source"/> that ends with source offset <paramref name="end"/> lies wholly before this place.</summary>
    public bool IsPast(int generation, int source, long end) =>
        generation != Generation ? generation < Generation
            : source != Source ? source < Source
            : end < NextOffset;
}
