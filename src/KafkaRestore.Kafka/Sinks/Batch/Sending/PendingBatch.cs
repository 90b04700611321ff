using KafkaRestore.Kafka.Batches;

namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>A batch on its way: its bytes, its sequence number, and what its acknowledgement says. Owns them.</summary>
internal sealed class PendingBatch
{
    private int _users = 1;

    public PendingBatch(RecordBatch batch, RecordOrigin origin, long charge)
    {
        Batch = batch;
        Origin = origin;
        Charge = charge;
    }

    /// <summary>The bytes; unchanged from the first send on.</summary>
    public RecordBatch Batch { get; }

    /// <summary>Where its records come from.</summary>
    public RecordOrigin Origin { get; }

    /// <summary>Bytes of the sink's window that it holds.</summary>
    public long Charge { get; }

    /// <summary>Sequence number of its first record.</summary>
    public int Sequence { get; private set; }

    /// <summary>
    /// Whether it was under way and nobody can say what became of it: it may stand in the log although a broker refuses it now. Cleared by whoever knows better.
    /// </summary>
    public bool IsDoubtful { get; set; }

    /// <summary>The broker to which it was on its way when the connection broke: it may be in that broker's log, and the broker may have forgotten who wrote it. Null while there is none.</summary>
    public int? LostAt { get; set; }

    /// <summary>Gives it its place in the producer's sequence.</summary>
    public void Stamp(ProducerIdentity producer, int sequence)
    {
        Sequence = sequence;
        Batch.Stamp(producer.Id, producer.Epoch, sequence);
    }

    /// <summary>What is reported once its first record stands at <paramref name="offset"/>.</summary>
    public SinkAck AckAt(long offset) =>
        new(Origin.Source, Batch.Count, Batch.RecordBytes, Origin.Runs, offset, Batch.FirstTimestamp, Batch.LastTimestamp, Origin.Digests);

    /// <summary>Keeps the memory while the bytes are being written.</summary>
    public void Use() => Interlocked.Increment(ref _users);

    /// <summary>Ends a <see cref="Use"/>, or the batch itself; the last one gives the memory back.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            Batch.Dispose();
            Origin.Dispose();
        }
    }
}
