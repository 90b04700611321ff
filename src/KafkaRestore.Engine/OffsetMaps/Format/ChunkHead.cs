using System.Buffers.Binary;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Engine.OffsetMaps.Format;

/// <summary>
/// The first <see cref="Bytes"/> bytes of a chunk: what it covers and how to check it. All numbers are little-endian.
/// </summary>
/// <remarks>
/// 0 "KRMC", 4 version, 5 kind (0 sealed, 1 tail), 6 head bytes (16 bit), 8 number, 12 runs, 16 first source, 24 source end, 32 first target,
/// 40 target end, 48 records, 56 payload bytes, 60 identity of the chunk before, 64 CRC-32C of the body, 68 CRC-32C of bytes 0-67, which is
/// this chunk's identity. The body is the index (<see cref="ChunkIndexEntry"/>, one for every block of runs), then the payload.
/// Identities make a chain: a chunk that was replaced by another version of itself does not fit its follower any more.
/// </remarks>
internal readonly record struct ChunkHead
{
    /// <summary>Bytes of a head.</summary>
    public const int Bytes = 72;

    /// <summary>Runs that one index entry leads to; a lookup decodes at most so many.</summary>
    public const int BlockRuns = 512;

    /// <summary>No honest payload is larger.</summary>
    public const int MaxPayloadBytes = 1 << 20;

    private const byte Version = 1;
    private static ReadOnlySpan<byte> Magic => "KRMC"u8;

    /// <summary>Whether this is a tail, which grows on, and not a sealed chunk.</summary>
    public required bool IsTail { get; init; }

    /// <summary>The chunk's number; a tail has the number that it will have as a chunk.</summary>
    public required int Number { get; init; }

    /// <summary>Runs; 0 only in the tail of a map without a run.</summary>
    public required int Runs { get; init; }

    /// <summary>First source offset.</summary>
    public required long FirstSource { get; init; }

    /// <summary>One behind the last source offset.</summary>
    public required long SourceEnd { get; init; }

    /// <summary>First target offset.</summary>
    public required long FirstTarget { get; init; }

    /// <summary>One behind the last target offset.</summary>
    public required long TargetEnd { get; init; }

    /// <summary>Records of all runs.</summary>
    public required long Records { get; init; }

    /// <summary>Bytes of the encoded runs.</summary>
    public required int PayloadBytes { get; init; }

    /// <summary>Identity of the chunk before; 0 for the first.</summary>
    public required uint Previous { get; init; }

    /// <summary>CRC-32C of index and payload.</summary>
    public required uint BodyChecksum { get; init; }

    /// <summary>CRC-32C of the head, which covers the body's.</summary>
    public uint Identity { get; init; }

    /// <summary>Index entries.</summary>
    public int Blocks => (Runs + BlockRuns - 1) / BlockRuns;

    /// <summary>Where the payload begins.</summary>
    public int PayloadStart => Bytes + (Blocks * ChunkIndexEntry.Bytes);

    /// <summary>Bytes of the whole chunk.</summary>
    public int TotalBytes => PayloadStart + PayloadBytes;

    /// <summary>Writes the head and returns its identity.</summary>
    public uint Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        destination[4] = Version;
        destination[5] = IsTail ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], Bytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], Number);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], Runs);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], FirstSource);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], SourceEnd);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], FirstTarget);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], TargetEnd);
        BinaryPrimitives.WriteInt64LittleEndian(destination[48..], Records);
        BinaryPrimitives.WriteInt32LittleEndian(destination[56..], PayloadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[60..], Previous);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[64..], BodyChecksum);
        var identity = Crc32C.Of(destination[..68]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[68..], identity);
        return identity;
    }

    /// <summary>Reads and checks a head.</summary>
    /// <exception cref="Records.Errors.RestoreException">STATE_CORRUPT.</exception>
    public static ChunkHead Read(ReadOnlySpan<byte> source, bool isTail, int number, string where)
    {
        if (source.Length < Bytes)
        {
            throw OffsetMapDamage.Corrupt(where, $"it ends after {source.Length} bytes, before the end of its head");
        }

        if (!source.StartsWith(Magic))
        {
            throw OffsetMapDamage.Corrupt(where, "it does not begin like a chunk");
        }

        var identity = BinaryPrimitives.ReadUInt32LittleEndian(source[68..]);
        if (Crc32C.Of(source[..68]) != identity)
        {
            throw OffsetMapDamage.Corrupt(where, "the checksum of its head is wrong");
        }

        if (source[4] != Version || BinaryPrimitives.ReadUInt16LittleEndian(source[6..]) != Bytes)
        {
            throw OffsetMapDamage.Corrupt(where, $"it has version {source[4]}, which this program does not know");
        }

        var head = new ChunkHead
        {
            IsTail = source[5] == 1,
            Number = BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            Runs = BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            FirstSource = BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            SourceEnd = BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            FirstTarget = BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            TargetEnd = BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
            Records = BinaryPrimitives.ReadInt64LittleEndian(source[48..]),
            PayloadBytes = BinaryPrimitives.ReadInt32LittleEndian(source[56..]),
            Previous = BinaryPrimitives.ReadUInt32LittleEndian(source[60..]),
            BodyChecksum = BinaryPrimitives.ReadUInt32LittleEndian(source[64..]),
            Identity = identity,
        };
        if (head.IsTail != isTail || head.Number != number)
        {
            throw OffsetMapDamage.Corrupt(where, $"it is {(head.IsTail ? "the tail before" : "sealed")} chunk {head.Number}, not {(isTail ? "the tail before" : "sealed")} chunk {number}");
        }

        return head.IsPlausible ? head : throw OffsetMapDamage.Corrupt(where, "its head contradicts itself");
    }

    private bool IsPlausible => Runs == 0
        ? IsTail && Number == 0 && Records == 0 && PayloadBytes == 0 && FirstSource == SourceEnd && FirstTarget == TargetEnd
        : Number >= 0
            && FirstSource >= 0 && SourceEnd > FirstSource
            && FirstTarget >= 0 && TargetEnd > FirstTarget
            && Records >= Runs && Records <= SourceEnd - FirstSource && Records <= TargetEnd - FirstTarget
            && Runs > 0 && PayloadBytes >= Runs && PayloadBytes <= MaxPayloadBytes;
}
