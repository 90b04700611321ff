namespace KafkaRestore.Kafka.Wire.Connections.Sasl;

/// <summary>One authentication: our messages and what we make of the broker's.</summary>
internal abstract class SaslConversation
{
    /// <summary>Our first message.</summary>
    public abstract byte[] Start();

    /// <summary>Our answer to the broker's message; null when nothing is left to say and the broker is who it should be.</summary>
    /// <exception cref="WireException">Denied or Malformed.</exception>
    public abstract byte[]? Answer(ReadOnlySpan<byte> message);
}
