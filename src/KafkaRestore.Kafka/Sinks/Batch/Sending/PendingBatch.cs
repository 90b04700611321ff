using KafkaRestore.Kafka.Batches;

namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>A batch on its way: its bytes, its sequence number, and what its acknowledgement says. Owns them.</summary>
internal sealed class PendingBatch
{
    private int _users = 1;
    private bool _isSent;

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
    /// Whether it was under way and nobody can say what became of it: it may stand in the log, whatever a broker says of it later. Cleared by whoever has looked.
    /// </summary>
    public bool IsDoubtful { get; set; }

    /// <summary>Whether it has been sent before, looked for in between or not.</summary>
    public bool IsRepeated { get; private set; }

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

    /// <summary>It goes out for the first time, or once more.</summary>
    public void Send()
    {
        IsRepeated = _isSent;
        _isSent = true;
    }

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
