namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>Who writes, as brokers know it.</summary>
/// <param name="Id">Producer id.</param>
/// <param name="Epoch">Its epoch; the log refuses every lower one once it has seen it.</param>
internal readonly record struct ProducerIdentity(long Id, short Epoch);
