using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Reading.Decoding;

/// <summary>Which producers' transactions, at the place reached in fetched batches, are ones that were aborted.</summary>
internal sealed class AbortedProducers
{
    private readonly HashSet<long> _aborted = [];
    private readonly Queue<AbortedTransaction> _coming = new();

    /// <summary>Starts before the first batch of an answer, with what the answer says.</summary>
    public void Begin(IReadOnlyList<AbortedTransaction> transactions)
    {
        _aborted.Clear();
        _coming.Clear();
        foreach (var transaction in transactions.OrderBy(static transaction => transaction.FirstOffset))
        {
            _coming.Enqueue(transaction);
        }
    }

    /// <summary>Goes on to a batch, a marker or not.</summary>
    public void Reach(in RecordBatchHeader header)
    {
        while (_coming.TryPeek(out var next) && next.FirstOffset <= header.LastOffset)
        {
            _aborted.Add(_coming.Dequeue().ProducerId);
        }
    }

    /// <summary>A transaction of the producer ends here.</summary>
    public void End(long producerId) => _aborted.Remove(producerId);

    /// <summary>Whether the batch's records belong to a transaction that was aborted.</summary>
    public bool Covers(in RecordBatchHeader header) => header.IsTransactional && _aborted.Contains(header.ProducerId);
}
