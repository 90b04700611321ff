using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Reading.Fetching;

/// <summary>What one fetch brought. Disposing it gives its memory back.</summary>
/// <param name="answer">The answer that holds the memory; null when it brought nothing.</param>
/// <param name="batches">The batches.</param>
/// <param name="next">Where reading goes on.</param>
internal sealed class FetchedBatches(FetchResponse? answer, FetchPartitionResult batches, long next) : IDisposable
{
    /// <summary>The batches.</summary>
    public FetchPartitionResult Batches => batches;

    /// <summary>The offset after the last batch, or after what is proven to hold no record.</summary>
    public long Next => next;

    /// <summary>Bytes of memory that it holds.</summary>
    public int Length => batches.Records.Length;

    /// <inheritdoc/>
    public void Dispose() => answer?.Dispose();
}
