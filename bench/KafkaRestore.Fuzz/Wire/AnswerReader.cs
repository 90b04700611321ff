using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Fuzz.Wire;

/// <summary>The reader of an answer, and how such an answer is laid out.</summary>
internal abstract class AnswerReader(Api api, string shape)
{
    /// <summary>The request that is answered.</summary>
    public Api Api => api;

    /// <summary>The answer's layout.</summary>
    public AnswerShape Shape { get; } = new(api.FlexibleFrom, shape);

    /// <summary>Reads an answer; gives the number of bytes after it.</summary>
    /// <exception cref="WireFormatException">It is none.</exception>
    public abstract int Read(ReadOnlySpan<byte> bytes, short version);

    /// <inheritdoc/>
    public override string ToString() => api.Name;
}

/// <inheritdoc/>
internal sealed class AnswerReader<TResponse>(Request<TResponse> request, string shape) : AnswerReader(request.Api, shape)
{
    /// <inheritdoc/>
    public override int Read(ReadOnlySpan<byte> bytes, short version)
    {
        var reader = new WireReader(bytes, Api.IsFlexible(version));
        request.Read(ref reader, version);
        return reader.Remaining;
    }
}
