using KafkaRestore.Records;

namespace KafkaRestore.Kafka;

/// <summary>Where the tokens of OAUTHBEARER come from: a file that somebody keeps fresh, or a token server that is asked with our own credentials (RFC 6749, section 4.4).</summary>
public sealed record OAuthBearerOptions
{
    /// <summary>A file that holds a token and nothing else; read for each authentication.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The token server's URL.</summary>
    public string? TokenEndpoint { get; init; }

    /// <summary>Our id at the token server.</summary>
    public string? ClientId { get; init; }

    /// <summary>Our secret at the token server.</summary>
    public Secret ClientSecret { get; init; }

    /// <summary>The scope that is asked for; null for none.</summary>
    public string? Scope { get; init; }

    /// <summary>What else the broker is told with the token, as <c>key=value,key=value</c>; null for nothing.</summary>
    public string? Extensions { get; init; }

    /// <summary>Whether a source of tokens is named.</summary>
    public bool NamesSource => TokenFile is not null || TokenEndpoint is not null;
}
