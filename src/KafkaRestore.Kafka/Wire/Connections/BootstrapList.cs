using System.Globalization;
using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[IPv6]</c> and <c>[IPv6]:port</c>, with or without <c>protocol://</c> before them.</summary>
internal static class BootstrapList
{
    private const int DefaultPort = 9092;

    /// <summary>The addresses, each once, in their order.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID.</exception>
    public static IReadOnlyList<BrokerAddress> Parse(IEnumerable<string> servers) =>
        [.. servers.SelectMany(static line => line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Select(Parse).Distinct()];

    private static BrokerAddress Parse(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? text : text[(scheme + 3)..];
        var (host, port) = Split(rest);
        if (host.Length == 0 || port is null)
        {
            throw ClientConfiguration.Invalid($"'{text}' is no broker address", "target.bootstrap_servers", "Write host:port, or [IPv6 address]:port; the port is between 1 and 65535.");
        }

        return new BrokerAddress(-1, host, port.Value);
    }

    private static (string Host, int? Port) Split(string text)
    {
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']');
            return end < 0 ? ("", null) : (text[1..end], end == text.Length - 1 ? DefaultPort : text[end + 1] == ':' ? Port(text[(end + 2)..]) : null);
        }

        // More than one colon without brackets: an IPv6 address without a port.
        var colon = text.IndexOf(':');
        return colon < 0 || text.LastIndexOf(':') != colon ? (text, DefaultPort) : (text[..colon], Port(text[(colon + 1)..]));
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65_535 ? port : null;
}
