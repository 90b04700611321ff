using Confluent.Kafka;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks for a producer id, or for the next epoch of the one of a transactional id; that aborts what the former owner left open.</summary>
/// <param name="transactionalId">The transactional id; null for a producer without transactions.</param>
/// <param name="timeout">How long a transaction may stay open.</param>
/// <param name="producerId">The producer id that the caller has; -1 for none. With it the broker refuses a caller that has been fenced.</param>
/// <param name="producerEpoch">That id's epoch; -1 for none.</param>
internal sealed class InitProducerIdRequest(string? transactionalId, TimeSpan timeout, long producerId = -1, short producerEpoch = -1) : Request<InitProducerIdResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(22, "InitProducerId", 3, 5, 2);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        writer.String(transactionalId);
        writer.Milliseconds(timeout);
        writer.Int64(producerId);
        writer.Int16(producerEpoch);
        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override InitProducerIdResponse Read(ref WireReader reader, short version)
    {
        var response = new InitProducerIdResponse(reader.Milliseconds(), reader.ErrorCode(), reader.Int64(), reader.Int16());
        reader.EndStructure();
        return response;
    }
}

/// <summary>A producer id.</summary>
/// <param name="Throttle">How long a quota holds us back.</param>
/// <param name="Error">CONCURRENT_TRANSACTIONS while a transaction is still being ended.</param>
/// <param name="ProducerId">The id; -1 with an error.</param>
/// <param name="ProducerEpoch">Its epoch.</param>
internal sealed record InitProducerIdResponse(TimeSpan Throttle, ErrorCode Error, long ProducerId, short ProducerEpoch);
