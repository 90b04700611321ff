using System.Net;
using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>A broker of the cluster, as another one names it.</summary>
/// <param name="Address">Its id and where it listens.</param>
/// <param name="Rack">Its rack; null when none is configured.</param>
internal sealed record BrokerEntry(BrokerAddress Address, string? Rack)
{
    // An id, a host's length, a port, a rack's length, no tagged fields.
    private const int LeastBytes = 11;

    /// <summary>Reads a list of brokers.</summary>
    public static IReadOnlyList<BrokerEntry> ReadAll(ref WireReader reader)
    {
        var brokers = reader.NewArray<BrokerEntry>(LeastBytes);
        for (var i = 0; i < brokers.Length; i++)
        {
            brokers[i] = new BrokerEntry(ReadAddress(ref reader), reader.NullableString());
            reader.EndStructure();
        }

        return brokers;
    }

    /// <summary>Reads a broker's id and address.</summary>
    public static BrokerAddress ReadAddress(ref WireReader reader) =>
        ReadAddressOrNone(ref reader) ?? throw new WireFormatException("a broker has no id, no host or no port");

    /// <summary>Reads a broker's id and address; null where they name none.</summary>
    public static BrokerAddress? ReadAddressOrNone(ref WireReader reader)
    {
        var (id, host, port) = (reader.Int32(), reader.String(), reader.Int32());
        return id < 0 || host.Length == 0 || port is < 1 or > IPEndPoint.MaxPort ? null : new BrokerAddress(id, host, port);
    }
}
