using System.Buffers.Binary;
using System.IO.Compression;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Tests.Batches;

/// <summary>A record batch as the protocol's description says it is to be read; shares no code with what is tested.</summary>
internal sealed class BatchDecoder
{
    private readonly byte[] _plain;
    private int _position;

    /// <param name="batch">One whole batch.</param>
    /// <param name="plainCapacity">At least the unpacked size of its records.</param>
    public BatchDecoder(ReadOnlySpan<byte> batch, int plainCapacity = 4 << 20)
    {
        Assert.Equal(0, BinaryPrimitives.ReadInt64BigEndian(batch));
        Assert.Equal(batch.Length - 12, BinaryPrimitives.ReadInt32BigEndian(batch[8..]));
        Assert.Equal(-1, BinaryPrimitives.ReadInt32BigEndian(batch[12..]));
        Assert.Equal(2, batch[16]);
        Checksum = BinaryPrimitives.ReadUInt32BigEndian(batch[17..]);
        ComputedChecksum = Crc32C(batch[21..]);
        var attributes = BinaryPrimitives.ReadInt16BigEndian(batch[21..]);
        Assert.Equal(0, attributes & ~7); // CreateTime, not transactional, no control batch
        Codec = attributes switch { 0 => ProduceCodec.None, 1 => ProduceCodec.Gzip, 3 => ProduceCodec.Lz4, 4 => ProduceCodec.Zstd, _ => throw new InvalidDataException($"attributes {attributes}") };
        LastOffsetDelta = BinaryPrimitives.ReadInt32BigEndian(batch[23..]);
        BaseTimestamp = BinaryPrimitives.ReadInt64BigEndian(batch[27..]);
        MaxTimestamp = BinaryPrimitives.ReadInt64BigEndian(batch[35..]);
        ProducerId = BinaryPrimitives.ReadInt64BigEndian(batch[43..]);
        ProducerEpoch = BinaryPrimitives.ReadInt16BigEndian(batch[51..]);
        BaseSequence = BinaryPrimitives.ReadInt32BigEndian(batch[53..]);
        var count = BinaryPrimitives.ReadInt32BigEndian(batch[57..]);
        var records = batch[61..];
        _plain = Codec switch
        {
            ProduceCodec.Lz4 => Lz4FrameDecoder.Decode(records),
            ProduceCodec.Zstd => NativeZstd.Decompress(records, plainCapacity),
            ProduceCodec.Gzip => Gunzip(records),
            _ => records.ToArray(),
        };
        Records = [.. Enumerable.Range(0, count).Select(Next)];
        Assert.Equal(_plain.Length, _position);
    }

    public uint Checksum { get; }

    public uint ComputedChecksum { get; }

    public ProduceCodec Codec { get; }

    public int LastOffsetDelta { get; }

    public long BaseTimestamp { get; }

    public long MaxTimestamp { get; }

    public long ProducerId { get; }

    public short ProducerEpoch { get; }

    public int BaseSequence { get; }

    /// <summary>Size before compression, header included.</summary>
    public int PlainBytes => _plain.Length + 61;

    /// <summary>The records; their offsets are their places in the batch.</summary>
    public IReadOnlyList<RecordData> Records { get; }

    private static byte[] Gunzip(ReadOnlySpan<byte> packed)
    {
        using var stream = new GZipStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        return plain.ToArray();
    }

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var entry = i;
            for (var bit = 0; bit < 8; bit++)
            {
                entry = (entry & 1) != 0 ? (entry >> 1) ^ 0x82F63B78 : entry >> 1;
            }

            table[i] = entry;
        }

        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc = table[(byte)(crc ^ b)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private RecordData Next(int place)
    {
        var length = VarLong();
        var start = _position;
        Assert.Equal(0, _plain[_position++]);
        var timestamp = unchecked(BaseTimestamp + VarLong());
        Assert.Equal(place, VarLong());
        var key = Bytes(VarLong());
        var value = Bytes(VarLong());
        var headers = new List<HeaderData>();
        for (var left = VarLong(); left > 0; left--)
        {
            var headerKey = Bytes(VarLong());
            Assert.NotNull(headerKey);
            headers.Add(new HeaderData(headerKey, Bytes(VarLong())));
        }

        Assert.Equal(length, _position - start);
        return new RecordData(place, timestamp, key, value, headers);
    }

    private byte[]? Bytes(long length)
    {
        if (length == -1)
        {
            return null;
        }

        var bytes = _plain[_position..(int)(_position + length)];
        _position += (int)length;
        return bytes;
    }

    private long VarLong()
    {
        var raw = 0UL;
        var shift = 0;
        byte next;
        do
        {
            next = _plain[_position++];
            raw |= (ulong)(next & 0x7F) << shift;
            shift += 7;
        }
        while (next >= 0x80);
        return (raw & 1) == 0 ? (long)(raw >> 1) : ~(long)(raw >> 1);
    }
}
