using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Kafka.Batches;

/// <summary>Encodes records into record batches (magic 2). Used by one thread at a time; used again for batch after batch.</summary>
internal sealed class RecordBatchBuilder(ProduceCodec codec, int? level, BufferPool pool) : IDisposable
{
    private readonly (ProduceCodec, int?, BufferPool) _settings = (codec, level, pool);

    /// <summary>Number of records so far.</summary>
    public int Count => _settings.Item2 ?? throw new NotImplementedException();

    /// <summary>Encoded size of the records so far before compression, in bytes, batch header included.</summary>
    public int PlainBytes => throw new NotImplementedException();

    /// <summary>What <paramref name="record"/> would add to <see cref="PlainBytes"/>.</summary>
    public long SizeOf(RecordView record) => throw new NotImplementedException();

    /// <summary>Adds a record.</summary>
    public void Append(RecordView record) => throw new NotImplementedException();

    /// <summary>Ends the batch, at least one record, and starts the next. Producer id and sequence are still to be stamped.</summary>
    public RecordBatch Finish() => throw new NotImplementedException();

    /// <summary>Gives its memory back.</summary>
    public void Dispose() => throw new NotImplementedException();
}
