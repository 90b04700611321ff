namespace KafkaRestore.Kafka;

/// <summary>Deletes records from the beginning of partitions.</summary>
public interface IRecordDeletion
{
    /// <summary>Deletes every record before an offset. A partition whose log begins there or later stays as it is.</summary>
    /// <param name="before">By partition the first offset that stays, at most its end.</param>
    /// <param name="cancellationToken">Ends the asking; what was asked for may be done.</param>
    /// <exception cref="Records.Errors.RestoreException">TARGET_DENIED, TARGET_UNREACHABLE; TARGET_SETTINGS: the topic's settings forbid it.</exception>
    Task DeleteRecordsAsync(IReadOnlyDictionary<TargetPartition, long> before, CancellationToken cancellationToken);
}
