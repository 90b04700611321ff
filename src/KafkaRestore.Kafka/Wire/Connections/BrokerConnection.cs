using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>One connection to one broker: requests are pipelined and answered in order.</summary>
internal sealed class BrokerConnection : IAsyncDisposable
{
    /// <summary>The broker.</summary>
    public BrokerAddress Address => throw new NotImplementedException();

    /// <summary>Completes, never failing, when the connection is of no further use.</summary>
    public Task Closed => throw new NotImplementedException();

    /// <summary>Connects, secures, asks for versions and authenticates.</summary>
    /// <exception cref="WireException">It failed.</exception>
    public static Task<BrokerConnection> OpenAsync(BrokerAddress address, KafkaConnectionOptions options, WireOptions wire, TimeProvider time, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Whether the broker takes this request in a version that we speak.</summary>
    public bool Supports(Api api) => throw new NotImplementedException();

    /// <summary>The highest version of this request that both sides speak.</summary>
    /// <exception cref="WireException">There is none.</exception>
    public short VersionOf(Api api) => throw new NotImplementedException();

    /// <summary>
    /// Writes a request after all earlier ones. When the call returns, the request's bytes are on their way and may change; the answer comes with the inner
    /// task.
    /// </summary>
    /// <exception cref="WireException">The connection has failed, now or before; so does the inner task.</exception>
    public ValueTask<Task<TResponse>> BeginAsync<TResponse>(Request<TResponse> request, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="WireException">The connection has failed, now or before.</exception>
    public Task<TResponse> AskAsync<TResponse>(Request<TResponse> request, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Closes it; requests without an answer fail.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
