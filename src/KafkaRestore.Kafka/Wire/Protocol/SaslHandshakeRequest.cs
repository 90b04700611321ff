using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Chooses the SASL mechanism of the <see cref="SaslAuthenticateRequest"/>s that follow (KIP-43, KIP-152).</summary>
/// <param name="mechanism">The mechanism's name.</param>
internal sealed class SaslHandshakeRequest(string mechanism) : Request<SaslHandshakeResponse>
{
    /// <summary>The request. In version 0 the mechanism's bytes would follow without a frame of their own.</summary>
    public static readonly Api Definition = new(17, "SaslHandshake", 1, 1, short.MaxValue);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version) => writer.String(mechanism);

    /// <inheritdoc/>
    public override SaslHandshakeResponse Read(ref WireReader reader, short version)
    {
        var error = reader.ErrorCode();
        var offered = new string[reader.ArrayLength(2)];
        for (var i = 0; i < offered.Length; i++)
        {
            offered[i] = reader.String();
        }

        return new SaslHandshakeResponse(error, offered);
    }
}

/// <summary>Whether the mechanism is taken.</summary>
/// <param name="Error">NO_ERROR; UNSUPPORTED_SASL_MECHANISM; ILLEGAL_SASL_STATE where the port has no SASL.</param>
/// <param name="Mechanisms">The mechanisms that the broker offers.</param>
internal sealed record SaslHandshakeResponse(ErrorCode Error, IReadOnlyList<string> Mechanisms);
