using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Ends a transaction. The answer comes before the markers are in the logs.</summary>
/// <param name="transactionalId">The transactional id.</param>
/// <param name="producerId">Its producer id.</param>
/// <param name="producerEpoch">The epoch of that.</param>
/// <param name="commit">Whether to commit it; else it is aborted.</param>
internal sealed class EndTxnRequest(string transactionalId, long producerId, short producerEpoch, bool commit) : Request<EndTxnResponse>
{
    /// <summary>The request. From version 5 on it would raise the epoch (KIP-890).</summary>
    public static readonly Api Definition = new(26, "EndTxn", 1, 4, 3);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.String(transactionalId);
        writer.Int64(producerId);
        writer.Int16(producerEpoch);
        writer.Boolean(commit);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override EndTxnResponse Read(ref WireReader reader, short version)
    {
        var response = new EndTxnResponse(reader.Milliseconds(), reader.ErrorCode());
        reader.EndStructure();
        return response;
    }
}

/// <summary>Whether a transaction will be ended.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Error">NO_ERROR when the end is decided.</param>
internal sealed record EndTxnResponse(TimeSpan Throttle, ErrorCode Error);
