using KafkaRestore.Kafka.Batches;

namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>A batch on its way: its bytes, its sequence number, and what its acknowledgement says.</summary>
internal sealed class PendingBatch
{
    private int _users = 1;

    public PendingBatch(RecordBatch batch, SinkAck? ack, long charge)
    {
        Batch = batch;
        Ack = ack;
        Charge = charge;
    }

    /// <summary>The bytes; unchanged from the first send on.</summary>
    public RecordBatch Batch { get; }

    /// <summary>
    /// What is reported once the batch is in the log, target offset excepted; null for the first part of a batch that was split, whose records the last part
    /// reports.
    /// </summary>
    public SinkAck? Ack { get; }

    /// <summary>Bytes of the sink's window that it holds.</summary>
    public long Charge { get; }

    /// <summary>Sequence number of its first record.</summary>
    public int Sequence { get; private set; }

    /// <summary>Gives it its place in the producer's sequence.</summary>
    public void Stamp(ProducerIdentity producer, int sequence)
    {
        Sequence = sequence;
        Batch.Stamp(producer.Id, producer.Epoch, sequence);
    }

    /// <summary>Keeps the memory while the bytes are being written.</summary>
    public void Use() => Interlocked.Increment(ref _users);

    /// <summary>Ends a <see cref="Use"/>, or the batch itself; the last one gives the memory back.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            Batch.Dispose();
        }
    }
}
