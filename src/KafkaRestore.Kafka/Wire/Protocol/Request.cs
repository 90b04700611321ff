namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>A request to a broker and how its answer is read.</summary>
/// <typeparam name="TResponse">The answer.</typeparam>
internal abstract class Request<TResponse>
{
    /// <summary>Which request it is.</summary>
    public abstract Api Api { get; }

    /// <summary>Writes the body, without the header, as <paramref name="version"/> has it.</summary>
    public abstract void Write(WireWriter writer, short version);

    /// <summary>Reads the body of the answer, without the header, as <paramref name="version"/> has it.</summary>
    /// <exception cref="WireFormatException">The broker's bytes are not such an answer.</exception>
    public abstract TResponse Read(ref WireReader reader, short version);
}
