using System.Collections.Frozen;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>One connection to one broker: requests are pipelined and answered in order.</summary>
internal sealed partial class BrokerConnection : IAsyncDisposable
{
    private readonly ConnectionSettings _settings;
    private readonly WireOptions _wire;
    private readonly TimeProvider _time;
    private readonly Stream _stream;
    private readonly PendingAnswers _pending;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly CancellationToken _alive;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private FrozenDictionary<short, ApiVersionRange> _versions = FrozenDictionary<short, ApiVersionRange>.Empty;
    private WireException? _failure;

    private BrokerConnection(BrokerAddress address, Stream stream, ConnectionSettings settings, WireOptions wire, TimeProvider time)
    {
        Address = address;
        _settings = settings;
        _wire = wire;
        _time = time;
        _stream = stream;
        _alive = _lifetime.Token;
        _pending = new PendingAnswers(time, late => Fail(new WireException(
            WireFailure.TimedOut,
            $"{late.Api} had no answer within {late.Timeout.TotalSeconds:0.#} s")));
        _frames = new FrameWriter(stream);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>The broker.</summary>
    public BrokerAddress Address { get; }

    /// <summary>What was agreed on with the broker.</summary>
    public required ConnectionDescription Description { get; init; }

    /// <summary>Completes, never failing, when the connection is of no further use.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Why the connection is of no further use; null while it is.</summary>
    public WireException? Failure => Volatile.Read(ref _failure);

    /// <summary>Whether requests were without an answer when it ended; if not, a broker may only have closed an idle connection.</summary>
    public bool HasLostRequests { get; private set; }

    /// <summary>How long the oldest request without an answer has waited; zero when there is none.</summary>
    public TimeSpan Waiting => _pending.Waiting;

    /// <summary>Whether the broker takes this request in a version that we speak.</summary>
    public bool Supports(Api api) => HighestOf(api) is not null;

    /// <summary>The highest version of this request that both sides speak.</summary>
    /// <exception cref="WireException">There is none.</exception>
    public short VersionOf(Api api) => HighestOf(api)
        ?? throw new WireException(WireFailure.Unsupported, $"the broker does not take {api} in any version from {api.Lowest} to {api.Highest}").At(Address);

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="WireException">The connection has failed, now or before.</exception>
    public async Task<TResponse> AskAsync<TResponse>(Request<TResponse> request, CancellationToken cancellationToken)
    {
        var answer = await BeginAsync(request, _wire.RequestTimeout, cancellationToken).ConfigureAwait(false);
        return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// As <see cref="AskAsync"/>, but who gives up does not harm the others on this connection: the request is written nevertheless, now or when its turn comes, and its answer
    /// dropped. Not for requests that lend memory.
    /// </summary>
    /// <exception cref="WireException">The connection has failed, now or before.</exception>
    public async Task<TResponse> AskWholeAsync<TResponse>(Request<TResponse> request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answer = AskAsync(request, CancellationToken.None);
        _ = answer.ContinueWith(static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes it; requests without an answer fail.</summary>
    public async ValueTask DisposeAsync()
    {
        Fail(new WireException(WireFailure.Closed, "the connection was closed by us"));
        await _reading.ConfigureAwait(false);

        // Whoever is writing fails soon; the memory may be in use until then.
        await _writing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _writer.Dispose();
        _frames.Dispose();
        _writing.Release();
    }

    private short? HighestOf(Api api)
    {
        if (!_versions.TryGetValue(api.Key, out var broker))
        {
            return null;
        }

        var highest = Math.Min(api.Highest, broker.Highest);
        return highest >= Math.Max(api.Lowest, broker.Lowest) ? highest : null;
    }

    /// <summary>Ends the connection; the first reason is the one that everybody hears.</summary>
    private void Fail(WireException reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason.At(Address), null) is not null)
        {
            return;
        }

        var unanswered = _pending.Close();
        HasLostRequests = unanswered.Count > 0;
        foreach (var answer in unanswered)
        {
            answer.Fail(_failure!);
        }

        _lifetime.Cancel();
        _stream.Dispose();
        _closed.TrySetResult();
    }

    private void ThrowIfFailed()
    {
        if (Failure is { } failure)
        {
            throw failure.Again();
        }
    }
}
