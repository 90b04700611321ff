using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Sinks;

/// <summary>A record that the target or the sink cannot take, because of the record itself: too large, a timestamp out of bounds, a missing key.</summary>
/// <param name="Source">Which of the lane's sources it comes from.</param>
/// <param name="SourceOffset">Its source offset.</param>
/// <param name="Refusal">What would end the sink otherwise.</param>
public readonly record struct UnwritableRecord(int Source, long SourceOffset, RestoreException Refusal);

/// <summary>
/// Leaves a record out, at its turn: everything before it is acknowledged, nothing behind it is under way, and it is certainly not in the log. The sink goes on behind it once this returns;
/// what it throws ends the sink.
/// </summary>
public delegate ValueTask LeaveOut(UnwritableRecord record, CancellationToken cancellationToken);
