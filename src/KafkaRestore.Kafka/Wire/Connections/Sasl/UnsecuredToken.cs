using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records;

namespace KafkaRestore.Kafka.Wire.Connections.Sasl;

/// <summary>Tokens that nobody signed (RFC 7519, <c>alg: none</c>), for tests: whoever takes them believes everybody.</summary>
internal sealed class UnsecuredToken
{
    private const string Property = "sasl.oauthbearer.config";

    private readonly Dictionary<string, string> _extensions = new(StringComparer.Ordinal);
    private string _principal = "";
    private string _principalClaim = "sub";
    private string _scopeClaim = "scope";
    private string[] _scopes = [];
    private int _lifeSeconds = 3600;

    private UnsecuredToken()
    {
    }

    /// <summary>Reads <c>principal=… [principalClaimName=…] [scope=a,b] [scopeClaimName=…] [lifeSeconds=…] [extension_key=…]</c>.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID.</exception>
    public static UnsecuredToken Parse(string config)
    {
        var token = new UnsecuredToken();
        foreach (var part in config.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=');
            token.Set(at < 0 ? part : part[..at], at < 0 ? "" : part[(at + 1)..]);
        }

        return token._principal.Length > 0 ? token : throw Invalid("it names no principal");
    }

    /// <summary>A token from now on.</summary>
    public BearerToken Issue(TimeProvider time)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object> { [_principalClaim] = _principal, ["iat"] = now, ["exp"] = now + _lifeSeconds };
        if (_scopes.Length > 0)
        {
            claims[_scopeClaim] = _scopes;
        }

        var value = $"{Part("{\"alg\":\"none\"}"u8)}.{Part(JsonSerializer.SerializeToUtf8Bytes(claims))}.";
        return new BearerToken(new Secret(value), TimeSpan.FromSeconds(_lifeSeconds), _extensions);
    }

    private static string Part(ReadOnlySpan<byte> json) => Base64Url.EncodeToString(json);

    private static Records.Errors.RestoreException Invalid(string what) => ClientConfiguration.Invalid(
        $"the client property '{Property}' cannot be used: {what}", $"target.client.{Property}", "Write principal=NAME, and if wanted scope=A,B and lifeSeconds=N, separated by spaces.");

    private void Set(string key, string value)
    {
        const string extension = "extension_";
        switch (key)
        {
            case "principal":
                _principal = value;
                break;
            case "principalClaimName" when value.Length > 0:
                _principalClaim = value;
                break;
            case "scope":
                _scopes = value.Split(',', StringSplitOptions.RemoveEmptyEntries);
                break;
            case "scopeClaimName" when value.Length > 0:
                _scopeClaim = value;
                break;
            case "lifeSeconds" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
                _lifeSeconds = seconds;
                break;
            case var other when other.StartsWith(extension, StringComparison.Ordinal):
                SaslExtensions.Add(_extensions, other[extension.Length..], value, Property);
                break;
            default:
                throw Invalid($"'{key}' is not known or has no such value");
        }
    }
}
