using System.Buffers.Binary;

namespace KafkaRestore.Engine.OffsetMaps.Format;

/// <summary>Where a block of runs begins. The gaps of its first run are 0: this entry stands in for the run before.</summary>
/// <param name="Source">Source offset of its first record.</param>
/// <param name="Target">Target offset of its first record.</param>
/// <param name="RecordsBefore">Records of the chunk before it.</param>
/// <param name="Position">Its first byte, from the beginning of the payload.</param>
internal readonly record struct ChunkIndexEntry(long Source, long Target, long RecordsBefore, int Position)
{
    /// <summary>Bytes of an entry.</summary>
    public const int Bytes = 28;

    /// <summary>Writes the entry.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, Source);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], Target);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], RecordsBefore);
        BinaryPrimitives.WriteInt32LittleEndian(destination[24..], Position);
    }

    /// <summary>Reads an entry.</summary>
    public static ChunkIndexEntry Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64LittleEndian(source),
        BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
        BinaryPrimitives.ReadInt32LittleEndian(source[24..]));
}
