using System.Buffers.Binary;
using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Engine.Lanes;

/// <summary>Target offsets and fingerprints of the last records that a lane has written, for recognising them in the log later.</summary>
internal sealed class RecordTail
{
    /// <summary>How many records are remembered.</summary>
    public const int MostRecords = 64;

    /// <summary>Bytes of one record in <see cref="ToBytes"/>.</summary>
    public const int EntryBytes = sizeof(long) + sizeof(uint);

    private readonly List<(long Offset, uint Digest)> _entries = new(2 * MostRecords);

    /// <summary>The records by target offset; without a gap in the stream, with gaps between their offsets where markers stand.</summary>
    public IReadOnlyList<(long Offset, uint Digest)> Entries => _entries;

    /// <summary>Restores what <see cref="ToBytes"/> gave.</summary>
    /// <exception cref="InvalidDataException">The bytes are none of it.</exception>
    public static RecordTail From(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % EntryBytes != 0 || bytes.Length > MostRecords * EntryBytes)
        {
            throw new InvalidDataException($"{bytes.Length} bytes are no list of fingerprints");
        }

        var tail = new RecordTail();
        for (; !bytes.IsEmpty; bytes = bytes[EntryBytes..])
        {
            tail._entries.Add((BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[sizeof(long)..])));
        }

        return tail;
    }

    /// <summary>Goes on with what was acknowledged.</summary>
    public void Add(in SinkAck ack)
    {
        var digests = ack.Digests.Span;
        if (digests.Length < ack.Records)
        {
            // What came before is not known to the last record; it would leave a gap.
            _entries.Clear();
        }

        var excess = _entries.Count + digests.Length - MostRecords;
        if (excess > 0)
        {
            _entries.RemoveRange(0, Math.Min(excess, _entries.Count));
        }

        for (var i = 0; i < digests.Length; i++)
        {
            _entries.Add((ack.TargetEnd - digests.Length + i, digests[i]));
        }
    }

    /// <summary>The records as bytes, 12 each: offset and fingerprint, little-endian.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[_entries.Count * EntryBytes];
        var rest = bytes.AsSpan();
        foreach (var (offset, digest) in _entries)
        {
            BinaryPrimitives.WriteInt64LittleEndian(rest, offset);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[sizeof(long)..], digest);
            rest = rest[EntryBytes..];
        }

        return bytes;
    }
}
