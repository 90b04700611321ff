using System.Globalization;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Sources;

/// <summary>
/// The address of a live cluster whose groups are read: <c>kafka://host:port,host:port</c>, with <c>?config=FILE</c> for a configuration file that says how to log in, or with the file alone; or
/// <c>kafka://target</c>, the cluster that is restored into.
/// </summary>
public sealed record ClusterAddress
{
    private const string Scheme = "kafka:";
    private const string Target = "target";
    private const string Option = "config=";

    private ClusterAddress()
    {
    }

    /// <summary>Whether it is the cluster that is restored into, reached as the restore reaches it.</summary>
    public bool IsTarget { get; private init; }

    /// <summary>Brokers to ask first, each <c>host:port</c>; empty when the file or the target says them.</summary>
    public IReadOnlyList<string> BootstrapServers { get; private init; } = [];

    /// <summary>The configuration file whose <c>target</c> says how to reach the cluster; null: without TLS and login.</summary>
    public string? ConfigurationFile { get; private init; }

    /// <summary>Reads an address; null when it is no address of a cluster but of a file or object.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID; the message never repeats a credential.</exception>
    public static ClusterAddress? TryParse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var rest = address[Scheme.Length..];
        if (rest.Contains('@', StringComparison.Ordinal))
        {
            throw Invalid("kafka://…", "user and password have no place in the address of a cluster");
        }

        if (!rest.StartsWith("//", StringComparison.Ordinal))
        {
            throw Invalid(address, "kafka: must be followed by //");
        }

        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var servers = (question < 0 ? rest : rest[..question])[2..];
        if (servers.Equals(Target, StringComparison.OrdinalIgnoreCase))
        {
            return question < 0 ? new ClusterAddress { IsTarget = true } : throw Invalid(address, "how the target is reached is said already");
        }

        var file = question < 0 ? null : FileOf(rest[(question + 1)..], address);
        var brokers = servers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return brokers.FirstOrDefault(static broker => !IsBroker(broker)) is { } wrong ? throw Invalid(address, $"'{wrong}' is no broker with its port")
            : brokers.Length == 0 && file is null ? throw Invalid(address, "the address names no broker")
            : new ClusterAddress { BootstrapServers = brokers, ConfigurationFile = file };
    }

    private static string FileOf(string query, string address) => query.StartsWith(Option, StringComparison.Ordinal) && query.Length > Option.Length
        ? Uri.UnescapeDataString(query[Option.Length..])
        : throw Invalid(address, "the address of a cluster has one option, config=FILE");

    private static bool IsBroker(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && !text.Contains('/', StringComparison.Ordinal) && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;
    }

    private static RestoreException Invalid(string address, string what) => new(
        ErrorCodes.ConfigInvalid, what, address, "Write kafka://host:port,host:port; with ?config=FILE for a configuration file whose target says how to log in, or kafka://?config=FILE; or kafka://target.");
}
