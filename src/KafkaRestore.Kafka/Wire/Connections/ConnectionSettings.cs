using System.Net.Sockets;
using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>What connection options mean for this client's connections; read and checked once.</summary>
internal sealed class ConnectionSettings
{
    private ConnectionSettings(KafkaConnectionOptions options)
    {
        ClientConfiguration.Validate(options);
        ClientId = options.ClientProperties.GetValueOrDefault("client.id", ClientConfiguration.ClientId);
        NoDelay = options.TcpNoDelay;
        KeepAlive = options.TcpKeepAlive;
    }

    /// <summary>The name by which brokers' logs and quotas know us.</summary>
    public string ClientId { get; }

    /// <summary>Which addresses of a host are tried.</summary>
    public AddressFamily AddressFamily { get; } = AddressFamily.Unspecified;

    /// <summary>Whether small packets are sent at once.</summary>
    public bool NoDelay { get; }

    /// <summary>Whether the operating system keeps idle connections alive.</summary>
    public bool KeepAlive { get; }

    /// <summary>Reads and checks them.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_INVALID.</exception>
    public static ConnectionSettings From(KafkaConnectionOptions options) => new(options);
}
