using System.Buffers.Binary;

namespace KafkaRestore.Kafka.Batches;

/// <summary>The fixed part of a record batch (magic 2), big-endian: where its fields stand and what this program writes into them.</summary>
internal static class BatchHeader
{
    /// <summary>Bytes of the header; the records follow.</summary>
    public const int Length = 61;

    /// <summary>The checksum covers the bytes from here to the end of the batch.</summary>
    public const int ChecksumStart = Attributes;

    private const int BatchLength = 8;
    private const int PartitionLeaderEpoch = 12;
    private const int Magic = 16;
    private const int Checksum = 17;
    private const int Attributes = 21;
    private const int LastOffsetDelta = 23;
    private const int BaseTimestamp = 27;
    private const int MaxTimestamp = 35;
    private const int ProducerId = 43;
    private const int ProducerEpoch = 51;
    private const int BaseSequence = 53;
    private const int RecordCount = 57;

    /// <summary>Writes everything but the checksum; the producer's fields say "none".</summary>
    /// <param name="batch">The whole batch.</param>
    /// <param name="codecBits">The codec's number in the protocol.</param>
    /// <param name="count">Number of records.</param>
    /// <param name="baseTimestamp">The first record's timestamp.</param>
    /// <param name="maxTimestamp">The largest timestamp.</param>
    public static void Write(Span<byte> batch, short codecBits, int count, long baseTimestamp, long maxTimestamp)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, 0);
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLength..], batch.Length - PartitionLeaderEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[PartitionLeaderEpoch..], -1);
        batch[Magic] = 2;
        BinaryPrimitives.WriteUInt32BigEndian(batch[Checksum..], 0);
        BinaryPrimitives.WriteInt16BigEndian(batch[Attributes..], codecBits);
        BinaryPrimitives.WriteInt32BigEndian(batch[LastOffsetDelta..], count - 1);
        BinaryPrimitives.WriteInt64BigEndian(batch[BaseTimestamp..], baseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestamp..], maxTimestamp);
        WriteProducer(batch, -1, -1, -1);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordCount..], count);
    }

    /// <summary>Writes who produced it.</summary>
    public static void WriteProducer(Span<byte> batch, long producerId, short producerEpoch, int baseSequence)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch[ProducerId..], producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[ProducerEpoch..], producerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[BaseSequence..], baseSequence);
    }

    /// <summary>Writes the checksum.</summary>
    public static void WriteChecksum(Span<byte> batch, uint checksum) => BinaryPrimitives.WriteUInt32BigEndian(batch[Checksum..], checksum);

    /// <summary>The checksum that the batch claims.</summary>
    public static uint ReadChecksum(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadUInt32BigEndian(batch[Checksum..]);

    /// <summary>Whether the broker stamped the batch: its greatest timestamp is that of every record.</summary>
    public static bool ReadIsLogAppendTime(ReadOnlySpan<byte> batch) => (BinaryPrimitives.ReadInt16BigEndian(batch[Attributes..]) & 8) != 0;

    /// <summary>The codec's number in the protocol.</summary>
    public static short ReadCodecBits(ReadOnlySpan<byte> batch) => (short)(BinaryPrimitives.ReadInt16BigEndian(batch[Attributes..]) & 7);

    /// <summary>The timestamp that the records' deltas are added to.</summary>
    public static long ReadBaseTimestamp(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadInt64BigEndian(batch[BaseTimestamp..]);
}
