using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks for the cluster's id and brokers (KIP-700; Kafka 2.8 and later).</summary>
/// <param name="withRights">Whether to ask what we may do to the cluster (KIP-430).</param>
internal sealed class DescribeClusterRequest(bool withRights = false) : Request<DescribeClusterResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(60, "DescribeCluster", 0, 1, 0);

    private const sbyte Brokers = 1;

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.Boolean(withRights);
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
        response = response with { Rights = reader.Int32() };
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
internal sealed record DescribeClusterResponse(TimeSpan Throttle, ErrorCode Error, string? Message, string ClusterId, int ControllerId, IReadOnlyList<BrokerEntry> Brokers)
{
    /// <summary>What we may do to it, a bit for each of Kafka's operations; <see cref="int.MinValue"/> where that was not asked.</summary>
    public int Rights { get; init; } = int.MinValue;
}
