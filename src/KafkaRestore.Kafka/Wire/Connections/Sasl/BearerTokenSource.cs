using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Wire.Connections.Sasl;

/// <summary>Gives tokens, each for most of its life: a token that is about to end would be refused on its way.</summary>
internal sealed class BearerTokenSource(Func<CancellationToken, Task<BearerToken>> issue, TimeProvider time)
{
    private const double UsedPart = 0.8;

    private readonly SemaphoreSlim _issuing = new(1, 1);
    private BearerToken? _token;
    private long _issued;

    /// <summary>Where the options and the client properties say that tokens come from.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID.</exception>
    public static BearerTokenSource From(OAuthBearerOptions options, ClientPropertyReader properties, TimeProvider time)
    {
        if (options.TokenFile is { } path)
        {
            return new BearerTokenSource(new TokenFile(path, SaslExtensions.Read(properties), time).ReadAsync, time);
        }

        if (properties.Choice("sasl.oauthbearer.method", false, ("default", false), ("oidc", true)))
        {
            var oidc = OidcTokenClient.From(properties);
            return new BearerTokenSource(oidc.IssueAsync, time);
        }

        if (!properties.Flag("enable.sasl.oauthbearer.unsecure.jwt", false))
        {
            throw ClientConfiguration.Invalid(
                "OAUTHBEARER needs to know where tokens come from",
                "target.client.sasl.oauthbearer.method",
                SecurityConfiguration.TokenHint);
        }

        var unsecured = UnsecuredToken.Parse(properties.Text("sasl.oauthbearer.config") ?? "");
        return new BearerTokenSource(_ => Task.FromResult(unsecured.Issue(time)), time);
    }

    /// <summary>A token that is good for a while.</summary>
    /// <exception cref="WireException">Denied, Unreachable or Malformed.</exception>
    public async ValueTask<BearerToken> GetAsync(CancellationToken cancellationToken)
    {
        await _issuing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_token is null || time.GetElapsedTime(_issued) >= _token.Lifetime * UsedPart)
            {
                var asked = time.GetTimestamp();
                _token = await issue(cancellationToken).ConfigureAwait(false);
                _issued = asked;
            }

            return _token;
        }
        finally
        {
            _issuing.Release();
        }
    }
}
