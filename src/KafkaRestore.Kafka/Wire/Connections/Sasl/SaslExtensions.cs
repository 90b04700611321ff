using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Kafka.Wire.Connections.Sasl;

/// <summary>Checks SASL extensions (KIP-342): their bytes are part of the message that carries the token.</summary>
internal static class SaslExtensions
{
    private const string Property = "sasl.oauthbearer.extensions";

    /// <summary>Those that the client properties name, as <c>key=value,key=value</c>.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID.</exception>
    public static IReadOnlyDictionary<string, string> Read(ClientPropertyReader properties)
    {
        var extensions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in (properties.Text(Property) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=');
            Add(extensions, at < 0 ? "" : part[..at], part[(at + 1)..], Property);
        }

        return extensions;
    }

    /// <summary>Adds one.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID.</exception>
    public static void Add(Dictionary<string, string> extensions, string key, string value, string property)
    {
        if (key.Length == 0 || key == "auth" || !key.All(char.IsAsciiLetter) || value.Any(char.IsControl) || !extensions.TryAdd(key, value))
        {
            throw ClientConfiguration.Invalid($"'{key}' is no SASL extension, or stands there twice", $"target.client.{property}", "A key has letters only and is not 'auth'.");
        }
    }
}
