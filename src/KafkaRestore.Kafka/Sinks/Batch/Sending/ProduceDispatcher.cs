using System.Collections.Concurrent;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Limits;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>Brings each partition's queue to a connection of its leader, and to another one when the leader moves.</summary>
internal sealed class ProduceDispatcher : IAsyncDisposable
{
    private static readonly TimeSpan UpkeepPeriod = TimeSpan.FromSeconds(1);

    // A broker that has not answered for so long may have lost its partitions without being able to say so.
    private static readonly TimeSpan SuspiciousAfter = TimeSpan.FromSeconds(3);

    // A topic may be unknown for a moment to a broker that has just started; one that stays unknown was deleted.
    private static readonly TimeSpan MissingFor = TimeSpan.FromSeconds(20);

    private readonly WireCluster _cluster;
    private readonly DeliveryOptions _delivery;
    private readonly Action<ClientLogLine> _log;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<(int Broker, int Connection), BrokerSender> _senders = new();
    private readonly ConcurrentDictionary<int, RateLimiter> _rates = new();
    private readonly ConcurrentDictionary<PartitionQueue, Place> _places = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _upkeep;
    private long _brokerRate;
    private int _opened;
    private int _checking;

    public ProduceDispatcher(WireCluster cluster, DeliveryOptions delivery, Action<ClientLogLine> log, TimeProvider time)
    {
        _cluster = cluster;
        _delivery = delivery;
        _brokerRate = delivery.BrokerBytesPerSecond ?? long.MaxValue;
        _log = log;
        _time = time;
        Standstills = new StandstillWatch(time);
        _upkeep = time.CreateTimer(static state => _ = ((ProduceDispatcher)state!).CheckSendersAsync(), this, UpkeepPeriod, UpkeepPeriod);
    }

    /// <summary>Notices that the process stood still.</summary>
    public StandstillWatch Standstills { get; }

    /// <summary>Finds the leader of a queue's partition, however long that takes, and has it send the queue.</summary>
    /// <exception cref="RestoreException">TARGET_TOPIC_MISSING: the topic is gone; TARGET_DENIED.</exception>
    /// <exception cref="OperationCanceledException">The queue has ended.</exception>
    public async Task PlaceAsync(PartitionQueue queue)
    {
        var place = _places.GetOrAdd(queue, _ => new Place(Interlocked.Increment(ref _opened) % _delivery.ConnectionsPerBroker));
        place.Sender?.Remove(queue);
        queue.SentBy(null);
        place.Sender = await FindAsync(queue, place.Connection).ConfigureAwait(false);
        place.Sender.Add(queue);
        if (queue.Ended.IsCancellationRequested)
        {
            Forget(queue);
        }
    }

    /// <summary>Lets an ended queue go.</summary>
    public void Forget(PartitionQueue queue)
    {
        if (_places.TryRemove(queue, out var place))
        {
            place.Sender?.Remove(queue);
        }
    }

    /// <summary>Closes every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        Standstills.Dispose();
        await _upkeep.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (var sender in _senders.Values)
        {
            await sender.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<BrokerSender> FindAsync(PartitionQueue queue, int connection)
    {
        var backoff = default(Backoff);
        long missingSince = 0;
        while (true)
        {
            if (await AskAsync(queue).ConfigureAwait(false) is { } error)
            {
                if (error == KafkaErrorCode.UnknownTopicOrPart)
                {
                    missingSince = missingSince == 0 ? _time.GetTimestamp() : missingSince;
                    if (_time.GetElapsedTime(missingSince) > MissingFor)
                    {
                        throw new RestoreException(ErrorCodes.TargetTopicMissing, "the topic was deleted while it was being restored", queue.Target.ToString());
                    }
                }
                else if (KafkaErrors.Classify(error) == KafkaErrorClass.Denied)
                {
                    var denial = new RestoreException(ErrorCodes.TargetDenied, $"finding the leader was denied: {KafkaErrors.NameOf(error)}", queue.Target.ToString());
                    if (!queue.MayWait(denial))
                    {
                        throw denial;
                    }
                }
                else if (_cluster.LeaderOf(queue.Target) is { } leader)
                {
                    return SenderTo(leader.Broker, connection);
                }
                else
                {
                    queue.Note(TargetFailures.Leaderless);
                }
            }

            await Task.Delay(backoff.Next(), _time, queue.Ended).ConfigureAwait(false);
        }
    }

    /// <summary>The topic's error, NO_ERROR included; null when no broker answers.</summary>
    private async Task<KafkaErrorCode?> AskAsync(PartitionQueue queue)
    {
        try
        {
            var errors = await _cluster.RefreshAsync([queue.Target.Topic], queue.Ended).ConfigureAwait(false);
            return errors.GetValueOrDefault(queue.Target.Topic, KafkaErrorCode.UnknownTopicOrPart);
        }
        catch (WireException failure)
        {
            queue.Note(failure.Message);
            return null;
        }
    }

    private BrokerSender SenderTo(int broker, int connection) =>
        _senders.GetOrAdd((broker, connection), _ => new BrokerSender(
            broker,
            _cluster,
            _delivery,
            Standstills,
            _delivery.BrokerBytesPerSecond is not null ? RateOf(broker) : null,
            _log,
            _time));

    /// <summary>Changes the limit of each broker; for a factory that was made with one.</summary>
    public void ChangeBrokerRate(long bytesPerSecond)
    {
        lock (_rates)
        {
            _brokerRate = bytesPerSecond;
            foreach (var rate in _rates.Values)
            {
                rate.Change(bytesPerSecond);
            }
        }
    }

    private RateLimiter RateOf(int broker)
    {
        lock (_rates)
        {
            return _rates.GetOrAdd(broker, _ => new RateLimiter(_brokerRate, _time));
        }
    }

    /// <summary>Of a broker that does not answer, asks the others whether it still leads its partitions; if not, gives it up.</summary>
    private async Task CheckSendersAsync()
    {
        if (Interlocked.Exchange(ref _checking, 1) != 0)
        {
            return;
        }

        try
        {
            foreach (var sender in _senders.Values.Where(sender => sender.Waiting > SuspiciousAfter))
            {
                var queues = sender.Queues;
                foreach (var queue in queues)
                {
                    queue.NoteIfWaiting($"broker {sender.Broker} does not answer");
                }

                await _cluster.RefreshAsync([.. queues.Select(queue => queue.Target.Topic).Distinct()], _stop.Token).ConfigureAwait(false);
                if (queues.Any(queue => _cluster.LeaderOf(queue.Target) is { } leader && leader.Broker != sender.Broker))
                {
                    sender.Abandon();
                }
            }
        }
        catch (Exception failure) when (failure is WireException or OperationCanceledException)
        {
            // Nobody can say; the requests' own time-outs decide.
        }
        finally
        {
            Volatile.Write(ref _checking, 0);
        }
    }

    private sealed class Place(int connection)
    {
        public int Connection { get; } = connection;

        public BrokerSender? Sender { get; set; }
    }
}
