namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Asks which broker coordinates a group or a transactional id.</summary>
internal sealed class FindCoordinatorRequest(CoordinatorKind kind, string key) : Request<FindCoordinatorResponse>
{
    /// <summary>The request.</summary>
    public static readonly Api Definition = new(10, "FindCoordinator", 3, 4, 3);

    /// <inheritdoc/>
    public override Api Api => Definition;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, short version)
    {
        if (version == 3)
        {
            writer.String(key);
        }

        writer.Int8((sbyte)kind);
        if (version >= 4)
        {
            writer.ArrayLength(1);
            writer.String(key);
        }

        writer.EndStructure();
    }

    /// <inheritdoc/>
    public override FindCoordinatorResponse Read(ref WireReader reader, short version)
    {
        reader.Int32();
        if (version == 3)
        {
            var error = reader.ErrorCode();
            reader.NullableString();
            return new FindCoordinatorResponse(error, reader.Int32(), reader.String(), reader.Int32());
        }

        if (reader.ArrayLength(15) != 1)
        {
            throw new WireFormatException("one coordinator was asked for, another number is answered");
        }

        reader.String();
        var (id, host, port) = (reader.Int32(), reader.String(), reader.Int32());
        return new FindCoordinatorResponse(reader.ErrorCode(), id, host, port);
    }
}

/// <summary>Who coordinates.</summary>
internal sealed record FindCoordinatorResponse(Confluent.Kafka.ErrorCode Error, int Id, string Host, int Port);
