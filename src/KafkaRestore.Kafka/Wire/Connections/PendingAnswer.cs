using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>A request that was written, or is being written, and has no answer yet.</summary>
internal interface IPendingAnswer
{
    /// <summary>The number that its answer must bear.</summary>
    int CorrelationId { get; }

    /// <summary>Which request it is.</summary>
    Api Api { get; }

    /// <summary>When it was begun, by the connection's clock.</summary>
    long Begun { get; }

    /// <summary>How long its answer may take.</summary>
    TimeSpan Timeout { get; }

    /// <summary>Reads the answer, header included, and gives it to whoever waits.</summary>
    /// <exception cref="WireFormatException">The bytes are not this answer.</exception>
    void Complete(ReadOnlySpan<byte> frame);

    /// <summary>Says that there will be no answer.</summary>
    void Fail(WireException reason);
}

/// <inheritdoc cref="IPendingAnswer"/>
internal sealed class PendingAnswer<TResponse>(Request<TResponse> request, short version, int correlationId, long begun, TimeSpan timeout)
    : TaskCompletionSource<TResponse>(TaskCreationOptions.RunContinuationsAsynchronously), IPendingAnswer
{
    private const int HeaderBytes = 4;

    /// <inheritdoc/>
    public int CorrelationId => correlationId;

    /// <inheritdoc/>
    public Api Api => request.Api;

    /// <inheritdoc/>
    public long Begun => begun;

    /// <inheritdoc/>
    public TimeSpan Timeout => timeout;

    /// <inheritdoc/>
    public void Complete(ReadOnlySpan<byte> frame)
    {
        var versions = request.Api.Key == ApiVersionsRequest.Definition.Key;
        var reader = new WireReader(frame, request.Api.IsFlexible(version));
        reader.Int32();
        if (!versions)
        {
            reader.EndStructure();
        }

        TrySetResult(request.Read(ref reader, version));
    }

    /// <inheritdoc/>
    public void Fail(WireException reason)
    {
        if (TrySetException(reason.Again()))
        {
            _ = Task.Exception; // counts as seen: not everyone waits for an answer
        }
    }
}
