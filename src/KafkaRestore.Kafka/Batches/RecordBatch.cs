using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Batches;

/// <summary>A whole record batch (magic 2) as it goes over the wire and into the log, in pooled memory. Disposing it gives the memory back.</summary>
/// <remarks>Its checksum is that of no batch until it has been stamped.</remarks>
internal sealed class RecordBatch(NativeBuffer buffer, int length, int count, long recordBytes, long firstTimestamp, long lastTimestamp) : IDisposable
{
    /// <summary>The batch, header included.</summary>
    public ReadOnlyMemory<byte> Bytes => buffer.Memory[..length];

    /// <summary>Length of <see cref="Bytes"/>.</summary>
    public int Length => length;

    /// <summary>Bytes of memory that it holds.</summary>
    public int Capacity => buffer.Capacity;

    /// <summary>Number of records, at least 1.</summary>
    public int Count => count;

    /// <summary>The records' bytes in the archive's layout, for accounts.</summary>
    public long RecordBytes => recordBytes;

    /// <summary>Timestamp of the first record, epoch milliseconds.</summary>
    public long FirstTimestamp => firstTimestamp;

    /// <summary>Timestamp of the last record, epoch milliseconds.</summary>
    public long LastTimestamp => lastTimestamp;

    /// <summary>Stamps producer id, epoch and first sequence number (-1 each: none) into the header and brings its checksum up to date.</summary>
    public void Stamp(long producerId, short producerEpoch, int baseSequence)
    {
        var batch = buffer.GetSpan()[..length];
        BatchHeader.WriteProducer(batch, producerId, producerEpoch, baseSequence);
        BatchHeader.WriteChecksum(batch, Crc32C.Of(batch[BatchHeader.ChecksumStart..]));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => buffer.Dispose();
}
