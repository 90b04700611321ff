namespace KafkaRestore.Engine.State.Checkpoints;

/// <summary>
/// Hashes of the last records before a lane's expected end, to be compared with what the target holds there. The bytes belong to whoever makes
/// and compares them; here they are only kept.
/// </summary>
/// <param name="RecordCount">How many records, 0 to <see cref="MostRecords"/>.</param>
/// <param name="Bytes">Their hashes and target offsets, at most <see cref="MostBytes"/> bytes.</param>
public sealed record TailDigest(int RecordCount, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Most records of a digest.</summary>
    public const int MostRecords = 64;

    /// <summary>Most bytes of a digest.</summary>
    public const int MostBytes = 4096;

    /// <summary>The digest of no record.</summary>
    public static TailDigest None { get; } = new(0, ReadOnlyMemory<byte>.Empty);
}
