using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks for the cluster's id and brokers (KIP-700; Kafka 2.8 and later).</summary>
internal sealed class DescribeClusterRequest : Request<DescribeClusterResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(60, "DescribeCluster", 0, 1, 0);

    private const sbyte Brokers = 1;

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.Boolean(false); // what we may do to the cluster is not asked
        if (version >= 1)
        {
            writer.Int8(Brokers);
        }

        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override DescribeClusterResponse Read(ref WireReader reader, short version)
    {
        var (throttle, error, message) = (reader.Milliseconds(), reader.ErrorCode(), reader.NullableString());
        if (version >= 1)
        {
            reader.Int8(); // brokers, as asked for
        }

        var response = new DescribeClusterResponse(throttle, error, message, reader.String(), reader.Int32(), BrokerEntry.ReadAll(ref reader));
        reader.Int32(); // what we may do to the cluster
        reader.EndStructure();
        return response;
    }
}

/// <summary>The cluster.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Error">NO_ERROR, or why nothing is said.</param>
/// <param name="Message">The broker's words; null when it has none.</param>
/// <param name="ClusterId">The cluster's id; empty with an error.</param>
/// <param name="ControllerId">A broker to send administrative requests to; -1 when there is none.</param>
/// <param name="Brokers">The brokers that are alive.</param>
internal sealed record DescribeClusterResponse(TimeSpan Throttle, ErrorCode Error, string? Message, string ClusterId, int ControllerId, IReadOnlyList<BrokerEntry> Brokers);
