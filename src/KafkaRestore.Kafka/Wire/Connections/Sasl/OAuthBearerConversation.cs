using System.Text;

namespace KafkaRestore.Kafka.Wire.Connections.Sasl;

/// <summary>OAUTHBEARER (RFC 7628): a token from elsewhere.</summary>
internal sealed class OAuthBearerConversation(BearerToken token) : SaslConversation
{
    private string? _refusal;

    /// <inheritdoc/>
    public override byte[] Start()
    {
        var text = new StringBuilder("n,,\u0001auth=Bearer ").Append(token.Value.Reveal()).Append('\u0001');
        foreach (var (key, value) in token.Extensions)
        {
            text.Append(key).Append('=').Append(value).Append('\u0001');
        }

        return Encoding.UTF8.GetBytes(text.Append('\u0001').ToString());
    }

    /// <inheritdoc/>
    public override byte[]? Answer(ReadOnlySpan<byte> message)
    {
        if (_refusal is not null)
        {
            throw new WireException(WireFailure.Denied, $"the broker refuses the token: {_refusal}", hint: Remedies.Token);
        }

        if (message.IsEmpty)
        {
            return null;
        }

        // The reason comes as a message; the failure itself only after we have said that we read it.
        _refusal = BrokerText.Of(Encoding.UTF8.GetString(message));
        return [1];
    }

    /// <summary>What the broker said of the token before it refused us; null when nothing.</summary>
    public string? Refusal => _refusal;
}
