using System.Threading.Channels;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Limits;

namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>
/// Sends the batches of several partitions to their leader over one connection, opened when there is something to send and again after it broke: one
/// loop writes requests, another takes their answers in order.
/// </summary>
internal sealed class BrokerSender : IAsyncDisposable
{
    // Enough to keep a broker busy; larger requests would only delay the answers of the partitions in them.
    private const int RequestBytes = 1 << 20;

    private readonly WireCluster _cluster;
    private readonly DeliveryOptions _delivery;
    private readonly StandstillWatch _standstills;
    private readonly RateLimiter? _rate;
    private readonly Action<ClientLogLine> _log;
    private readonly TimeProvider _time;
    private readonly Signal _signal = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<SentRequest> _sent = Channel.CreateUnbounded<SentRequest>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly Lock _gate = new();
    private readonly Task _running;

    private PartitionQueue[] _queues = [];
    private CancellationTokenSource _attempt = new();
    private BrokerConnection? _connection;
    private int _turn;
    private long _mutedUntil;
    private long _oldestUnanswered;

    public BrokerSender(int broker, WireCluster cluster, DeliveryOptions delivery, StandstillWatch standstills, RateLimiter? rate, Action<ClientLogLine> log, TimeProvider time)
    {
        Broker = broker;
        _cluster = cluster;
        _delivery = delivery;
        _standstills = standstills;
        _rate = rate;
        _log = log;
        _time = time;
        _running = Task.WhenAll(Task.Run(SendAllAsync), Task.Run(TakeAnswersAsync));
    }

    /// <summary>The broker's id.</summary>
    public int Broker { get; }

    /// <summary>The partitions that it sends now.</summary>
    public IReadOnlyList<PartitionQueue> Queues => Volatile.Read(ref _queues);

    /// <summary>How long the oldest request has been waiting for its answer, or for a connection; zero when none does.</summary>
    public TimeSpan Waiting => Interlocked.Read(ref _oldestUnanswered) is var since and not 0 ? _time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Takes a partition on.</summary>
    public void Add(PartitionQueue queue)
    {
        lock (_gate)
        {
            Volatile.Write(ref _queues, [.. _queues, queue]);
        }

        queue.SentBy(this);
    }

    /// <summary>Lets a partition go that has nothing under way.</summary>
    public void Remove(PartitionQueue queue)
    {
        lock (_gate)
        {
            Volatile.Write(ref _queues, [.. _queues.Where(other => other != queue)]);
        }
    }

    /// <summary>There may be something to send.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Gives the connection up because the broker does not answer; its partitions look for their leaders.</summary>
    public void Abandon() => Volatile.Read(ref _attempt).Cancel();

    /// <summary>Ends both loops. Requests under way get no answer.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Abandon();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (true)
            {
                await _signal.WaitAsync(_stop.Token).ConfigureAwait(false);
                while (true)
                {
                    var standstills = _standstills.Count;
                    if (Collect() is not { } request)
                    {
                        break;
                    }

                    await SendAsync(request, standstills).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
        catch (Exception defect)
        {
            EndAll(defect);
        }
        finally
        {
            _sent.Writer.TryComplete();
            await DropAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Nothing may wait for a loop that a defect has ended.</summary>
    private void EndAll(Exception defect)
    {
        foreach (var queue in Queues)
        {
            queue.End(new RestoreException(ErrorCodes.Internal, $"{defect.GetType().Name}: {defect.Message}", queue.Target.ToString(), inner: defect));
        }
    }

    /// <summary>One batch of each partition that has one, beginning with another partition each time, up to the size of a request.</summary>
    private List<SentBatch>? Collect()
    {
        var queues = Volatile.Read(ref _queues);
        List<SentBatch>? batches = null;
        var bytes = 0;
        for (var i = 0; i < queues.Length && bytes < RequestBytes; i++)
        {
            var queue = queues[(int)((uint)(_turn + i) % queues.Length)];
            if (queue.TryTake() is { } batch)
            {
                (batches ??= []).Add(new SentBatch(queue, batch));
                bytes += batch.Batch.Length;
            }
        }

        _turn++;
        return batches;
    }

    /// <param name="batches">What to send.</param>
    /// <param name="standstills">How often the process had stood still when the queues gave them: after one more they must make sure first.</param>
    private async Task SendAsync(List<SentBatch> batches, int standstills)
    {
        var written = false;
        try
        {
            await WaitForTurnAsync(batches).ConfigureAwait(false);
            var since = _time.GetTimestamp();
            Interlocked.CompareExchange(ref _oldestUnanswered, since, 0);
            var connection = await ConnectAsync().ConfigureAwait(false);
            var request = new ProduceRequest(_delivery.RequestTimeout, [.. batches.Select(sent => new ProducePartition(sent.Queue.Target, sent.Batch.Batch.Bytes))]);

            if (_standstills.Count != standstills)
            {
                Interlocked.CompareExchange(ref _oldestUnanswered, 0, since);
                Lose(batches, PartitionQueue.StoodStill, written);
                return;
            }

            // A broker answers within its own time-out even when replicas do not; after some more it will not answer at all.
            written = true;
            var answer = await connection.BeginAsync(request, _delivery.RequestTimeout + TimeSpan.FromSeconds(5), _attempt.Token).ConfigureAwait(false);
            _sent.Writer.TryWrite(new SentRequest(batches, answer, _time.GetTimestamp()));
        }
        catch (Exception failure) when (failure is WireException || (failure is OperationCanceledException && !_stop.IsCancellationRequested))
        {
            await DropAsync().ConfigureAwait(false);
            Interlocked.Exchange(ref _oldestUnanswered, 0);
            var reason = failure is WireException ? failure.Message : $"broker {Broker} was given up: it does not lead its partitions any more";
            Report(reason);
            Lose(batches, reason, written);
            LoseIdle(reason);
        }
        finally
        {
            foreach (var sent in batches)
            {
                sent.Batch.Release();
            }
        }
    }

    private async Task WaitForTurnAsync(List<SentBatch> batches)
    {
        if (_rate is not null)
        {
            await _rate.WaitAsync(batches.Sum(sent => (long)sent.Batch.Batch.Length), _stop.Token).ConfigureAwait(false);
        }

        var muted = TimeSpan.FromSeconds((Interlocked.Read(ref _mutedUntil) - _time.GetTimestamp()) / (double)_time.TimestampFrequency);
        if (muted > TimeSpan.Zero)
        {
            await Task.Delay(muted, _time, _stop.Token).ConfigureAwait(false);
        }
    }

    private async ValueTask<BrokerConnection> ConnectAsync()
    {
        if (_connection is { Closed.IsCompleted: false } open && !_attempt.IsCancellationRequested)
        {
            return open;
        }

        await DropAsync().ConfigureAwait(false);
        Interlocked.Exchange(ref _attempt, new CancellationTokenSource());
        _stop.Token.ThrowIfCancellationRequested();
        return _connection = await _cluster.OpenAsync(Broker, _attempt.Token).ConfigureAwait(false);
    }

    private async ValueTask DropAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task TakeAnswersAsync()
    {
        try
        {
            await TakeEachAnswerAsync().ConfigureAwait(false);
        }
        catch (Exception defect)
        {
            EndAll(defect);
        }
    }

    private async Task TakeEachAnswerAsync()
    {
        await foreach (var request in _sent.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            Interlocked.Exchange(ref _oldestUnanswered, request.At);
            try
            {
                var response = await request.Answer.WaitAsync(_attempt.Token).ConfigureAwait(false);
                Mute(response.Throttle);
                foreach (var sent in request.Batches)
                {
                    Deliver(sent, response);
                }
            }
            catch (Exception failure) when (failure is WireException or OperationCanceledException)
            {
                var reason = failure is WireException ? failure.Message : $"broker {Broker} did not answer";
                Report(reason);
                Lose(request.Batches, reason, written: true);
            }

            Interlocked.CompareExchange(ref _oldestUnanswered, 0, request.At);
        }
    }

    private void Deliver(SentBatch sent, ProduceResponse response)
    {
        foreach (var result in response.Partitions)
        {
            if (result.Partition == sent.Queue.Target)
            {
                sent.Queue.Answer(sent.Batch, result);
                return;
            }
        }

        sent.Queue.Lose($"broker {Broker} did not answer for {sent.Queue.Target}", written: true);
    }

    /// <summary>A broker that asks for a pause gets it (KIP-219).</summary>
    private void Mute(TimeSpan pause)
    {
        if (pause > TimeSpan.Zero)
        {
            Interlocked.Exchange(ref _mutedUntil, _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency));
            _log(new ClientLogLine(ClientLogLevel.Information, "batch sink", "THROTTLE", $"broker {Broker} asks for a pause of {pause.TotalMilliseconds} ms"));
        }
    }

    private static void Lose(List<SentBatch> batches, string reason, bool written)
    {
        foreach (var sent in batches)
        {
            sent.Queue.Lose(reason, written);
        }
    }

    /// <summary>Partitions without anything under way on the lost connection look for their leader as well, or they would try this broker one by one.</summary>
    private void LoseIdle(string reason)
    {
        foreach (var queue in Queues)
        {
            queue.LoseIfIdle(reason);
        }
    }

    private void Report(string reason) =>
        _log(new ClientLogLine(ClientLogLevel.Warning, "batch sink", "LOST", $"broker {Broker}: {reason}"));

    private readonly record struct SentBatch(PartitionQueue Queue, PendingBatch Batch);

    private sealed record SentRequest(List<SentBatch> Batches, Task<ProduceResponse> Answer, long At);
}
