namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Bytes that came from a broker are not what the protocol says. The connection that they came over is of no further use.</summary>
internal sealed class WireFormatException(string what) : Exception(what);
