using KafkaRestore.Kafka.Batches.Compression;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Batches;

/// <summary>
/// Makes two batches of one, for a broker that finds it too large or refuses a record in it. This is rare, so it is done in the simplest way: by unpacking, decoding and
/// building anew, with ordinary objects.
/// </summary>
/// <param name="codec">How the halves are packed.</param>
/// <param name="level">The codec's level; null is its default.</param>
/// <param name="pool">Where memory comes from.</param>
internal sealed class RecordBatchSplitter(ProduceCodec codec, int? level, BufferPool pool)
{
    /// <summary>
    /// Gives the first and the second half of the records as batches of their own, not stamped. An odd record goes to the second. The batch itself stays as it is.
    /// </summary>
    /// <param name="batch">A batch of this program, stamped or not, with at least two records.</param>
    /// <exception cref="ArgumentException">The batch has only one record.</exception>
    public (RecordBatch First, RecordBatch Second) Split(RecordBatch batch) => Split(batch, batch.Count / 2);

    /// <summary>The same with any number of records in the first part.</summary>
    /// <param name="batch">A batch of this program, stamped or not, with at least two records.</param>
    /// <param name="count">Records of the first part; at least one, and fewer than all.</param>
    /// <exception cref="ArgumentException">The batch has only one record, or a part would be empty.</exception>
    public (RecordBatch First, RecordBatch Second) Split(RecordBatch batch, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch.Count, 2, nameof(batch));
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, batch.Count);
        var plain = BatchDecompressor.Unpack(BatchHeader.ReadCodecBits(batch.Bytes.Span), batch.Bytes[BatchHeader.Length..]);
        var reader = new BatchRecordReader(plain.Span, BatchHeader.ReadBaseTimestamp(batch.Bytes.Span));
        using var builder = new RecordBatchBuilder(codec, level, pool);
        var first = Build(builder, ref reader, count);
        try
        {
            return (first, Build(builder, ref reader, batch.Count - first.Count));
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    private static RecordBatch Build(RecordBatchBuilder builder, ref BatchRecordReader reader, int count)
    {
        for (var left = count; left > 0; left--)
        {
            var record = reader.Next();
            var encoded = new byte[RecordEncoder.SizeOf(record)];
            RecordEncoder.Write(encoded, record);
            builder.Append(RecordView.At(encoded));
        }

        return builder.Finish();
    }
}
