using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Reading;

/// <summary>Reads the records of target partitions back. Any number of partitions may be read at the same time.</summary>
public interface ITargetReader : IAsyncDisposable
{
    /// <summary>Which reader it is, and why.</summary>
    ReaderDescription Description { get; }

    /// <summary>
    /// The records at target offsets <paramref name="from"/> to <paramref name="to"/> exclusive, in order; a record's <see cref="RecordView.Offset"/> is its target offset.
    /// Control markers and offsets without a record are passed over. It ends only when it is proven that no record before <paramref name="to"/> is
    /// left: by a batch that reaches it, or by a log that ends there or later and has nothing more.
    /// </summary>
    /// <remarks>
    /// Each block is the caller's to dispose; of one reading at most <see cref="ReadOptions.Blocks"/> are out at once, and the next waits until
    /// one comes back. Leader changes, lost connections and brokers that are away are waited for.
    /// </remarks>
    /// <param name="partition">The partition.</param>
    /// <param name="from">The first offset; 0 or more.</param>
    /// <param name="to">The offset after the last; nothing is asked of a broker when it is not greater than <paramref name="from"/>.</param>
    /// <param name="options">How to read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="RestoreException">
    /// TARGET_REWOUND: the offsets are gone; TARGET_UNAVAILABLE: no progress within <see cref="ReadOptions.Deadline"/>; OPEN_TRANSACTION: the same, because a
    /// transaction is open before <paramref name="to"/> and only committed records are wanted; TARGET_DENIED; TARGET_TOPIC_MISSING; FOREIGN_WRITER: records of a format
    /// before Kafka 0.11; TARGET_CORRUPT: a batch is damaged; RECORD_NOT_REPRESENTABLE: a record with more or longer headers than a block holds.
    /// </exception>
    IAsyncEnumerable<RecordBlock> ReadAsync(TargetPartition partition, long from, long to, ReadOptions options, CancellationToken cancellationToken);
}

/// <summary>Which reader reads.</summary>
/// <param name="Reader"><c>wire</c> or <c>client</c>.</param>
/// <param name="Why">Why this one, for a person.</param>
public sealed record ReaderDescription(string Reader, string Why);
