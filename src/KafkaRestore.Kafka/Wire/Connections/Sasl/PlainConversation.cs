using System.Text;
using KafkaRestore.Records;

namespace KafkaRestore.Kafka.Wire.Connections.Sasl;

/// <summary>PLAIN (RFC 4616): user name and password as they are.</summary>
internal sealed class PlainConversation(Secret username, Secret password) : SaslConversation
{
    /// <inheritdoc/>
    public override byte[] Start() => Encoding.UTF8.GetBytes($"\0{username.Reveal()}\0{password.Reveal()}");

    /// <inheritdoc/>
    public override byte[]? Answer(ReadOnlySpan<byte> message) => null;
}
