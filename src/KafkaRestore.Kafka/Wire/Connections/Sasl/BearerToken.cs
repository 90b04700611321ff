using KafkaRestore.Records;

namespace KafkaRestore.Kafka.Wire.Connections.Sasl;

/// <summary>A token that says who we are.</summary>
/// <param name="Value">The token.</param>
/// <param name="Lifetime">How long it is good for from when it was issued.</param>
/// <param name="Extensions">What else the broker is told.</param>
internal sealed record BearerToken(Secret Value, TimeSpan Lifetime, IReadOnlyDictionary<string, string> Extensions);
