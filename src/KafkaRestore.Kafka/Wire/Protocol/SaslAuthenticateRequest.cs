using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>One message of the SASL mechanism that was chosen (KIP-152, KIP-368).</summary>
/// <param name="message">The mechanism's bytes.</param>
internal sealed class SaslAuthenticateRequest(byte[] message) : Request<SaslAuthenticateResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(36, "SaslAuthenticate", 1, 2, 2);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.Bytes(message);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override SaslAuthenticateResponse Read(ref WireReader reader, short version)
    {
        var answer = new SaslAuthenticateResponse(reader.ErrorCode(), reader.NullableString(), reader.Bytes().ToArray(), TimeSpan.FromMilliseconds(Math.Clamp(reader.Int64(), 0, int.MaxValue)));
        reader.EndStructure();
        return answer;
    }
}

/// <summary>What the broker says to it.</summary>
/// <param name="Error">NO_ERROR, or why we are refused.</param>
/// <param name="ErrorMessage">The broker's words; null when it has none.</param>
/// <param name="Message">The mechanism's bytes.</param>
/// <param name="SessionLifetime">How long the session lasts without another authentication; zero when it does not end.</param>
internal sealed record SaslAuthenticateResponse(ErrorCode Error, string? ErrorMessage, byte[] Message, TimeSpan SessionLifetime);
