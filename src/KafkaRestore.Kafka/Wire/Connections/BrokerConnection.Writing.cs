using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <content>Requests on their way out. Whoever holds <c>_writing</c> owns the writer, the stream's write side and the correlation ids.</content>
internal sealed partial class BrokerConnection
{
    private const int PrefixBytes = 4;

    private readonly SemaphoreSlim _writing = new(1, 1); // asynchronous waiters get it in the order of their calls
    private readonly WireWriter _writer = new();
    private readonly FrameWriter _frames;
    private int _correlationId;

    /// <summary>
    /// Writes a request after all earlier ones. When the call returns, the request's bytes are on their way and may change; the answer comes with the inner
    /// task.
    /// </summary>
    /// <remarks>Cancelled while it is being written, it takes the connection with it: half a request cannot be taken back.</remarks>
    /// <exception cref="WireException">The connection has failed, now or before; so does the inner task.</exception>
    public async ValueTask<Task<TResponse>> BeginAsync<TResponse>(Request<TResponse> request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ThrowIfFailed();
        var version = VersionOf(request.Api);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await RenewSessionAsync(cancellationToken).ConfigureAwait(false);
            return await WriteAsync(request, version, timeout, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask<Task<TResponse>> WriteAsync<TResponse>(Request<TResponse> request, short version, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ThrowIfFailed();
        var answer = new PendingAnswer<TResponse>(request, version, _correlationId++, _time.GetTimestamp(), timeout);
        Encode(request, version, answer.CorrelationId);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_pending.TryAdd(answer))
        {
            ThrowIfFailed();
        }

        try
        {
            using (cancellationToken.UnsafeRegister(static connection => ((BrokerConnection)connection!).FailHalfWritten(), this))
            {
                await _frames.WriteAsync(_writer, _alive).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            Fail(Reason(e));
            cancellationToken.ThrowIfCancellationRequested();
            ThrowIfFailed();
        }
        finally
        {
            _writer.Reset(); // the attachments are the caller's again
        }

        return answer.Task;
    }

    private void Encode<TResponse>(Request<TResponse> request, short version, int correlationId)
    {
        _writer.Reset();
        _writer.Int32(0);
        _writer.Int16(request.Api.Key);
        _writer.Int16(version);
        _writer.Int32(correlationId);
        _writer.String(_settings.ClientId); // classic in every version
        _writer.Flexible = request.Api.IsFlexible(version);
        _writer.EndStructure();
        request.Write(_writer, version);
        _writer.PatchInt32(0, checked((int)(_writer.Length - PrefixBytes)));
    }

    private void FailHalfWritten() => Fail(new WireException(WireFailure.Lost, "a request was cancelled while it was being written"));
}
