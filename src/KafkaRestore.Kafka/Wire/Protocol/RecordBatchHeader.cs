using System.Buffers.Binary;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>What stands before the records of a batch (format version 2).</summary>
/// <param name="SizeBytes">The whole batch's size.</param>
/// <param name="BaseOffset">The offset of the first record that was written, whether it still exists or not.</param>
/// <param name="LastOffsetDelta">How far the last record's offset is from the first one's; compaction leaves it as it was.</param>
/// <param name="Records">How many records there are; 0 where compaction left the header alone.</param>
/// <param name="LeaderEpoch">The epoch of the leader that appended it.</param>
/// <param name="ProducerId">Who wrote it; -1 for a producer without idempotence.</param>
/// <param name="ProducerEpoch">Its epoch; -1 without idempotence.</param>
/// <param name="BaseSequence">The first record's sequence number; -1 without idempotence and in control batches.</param>
/// <param name="MaxTimestamp">The latest time of its records, in ms since 1970.</param>
/// <param name="IsTransactional">Whether it belongs to a transaction.</param>
/// <param name="IsControl">Whether it holds a transaction's end and no data.</param>
internal readonly record struct RecordBatchHeader(
    int SizeBytes,
    long BaseOffset,
    int LastOffsetDelta,
    int Records,
    int LeaderEpoch,
    long ProducerId,
    short ProducerEpoch,
    int BaseSequence,
    long MaxTimestamp,
    bool IsTransactional,
    bool IsControl)
{
    /// <summary>Bytes from the batch's begin to its first record.</summary>
    public const int HeaderBytes = 61;

    /// <summary>The last offset that the batch takes.</summary>
    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>The offset after the batch.</summary>
    public long NextOffset => LastOffset + 1;

    /// <summary>Reads the header of a whole batch of version 2.</summary>
    /// <exception cref="WireFormatException">Its numbers do not fit together.</exception>
    internal static RecordBatchHeader Read(ReadOnlySpan<byte> batch)
    {
        var attributes = BinaryPrimitives.ReadInt16BigEndian(batch[21..]);
        var header = new RecordBatchHeader(
            SizeBytes: batch.Length,
            BaseOffset: BinaryPrimitives.ReadInt64BigEndian(batch),
            LastOffsetDelta: BinaryPrimitives.ReadInt32BigEndian(batch[23..]),
            Records: BinaryPrimitives.ReadInt32BigEndian(batch[57..]),
            LeaderEpoch: BinaryPrimitives.ReadInt32BigEndian(batch[12..]),
            ProducerId: BinaryPrimitives.ReadInt64BigEndian(batch[43..]),
            ProducerEpoch: BinaryPrimitives.ReadInt16BigEndian(batch[51..]),
            BaseSequence: BinaryPrimitives.ReadInt32BigEndian(batch[53..]),
            MaxTimestamp: BinaryPrimitives.ReadInt64BigEndian(batch[35..]),
            IsTransactional: (attributes & 0x10) != 0,
            IsControl: (attributes & 0x20) != 0);
        var fits = header.LastOffsetDelta >= 0
            && header.BaseOffset >= 0
            && header.BaseOffset < long.MaxValue - header.LastOffsetDelta
            && header.Records >= 0
            && header.Records <= header.LastOffsetDelta + 1L;
        return fits
            ? header
            : throw new WireFormatException($"a batch of {header.Records} records claims {header.LastOffsetDelta + 1L} offsets from {header.BaseOffset} on");
    }
}
