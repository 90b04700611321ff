using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>At most one metadata request under way: calls that it covers share its answer, the others share the one after it.</summary>
internal sealed class MetadataFlights(Func<IReadOnlyCollection<string>, Task<IReadOnlyDictionary<string, ErrorCode>>> fetch)
{
    private readonly Lock _gate = new();
    private Flight? _current;
    private Flight? _next;

    /// <summary>Per topic its error.</summary>
    public async Task<IReadOnlyDictionary<string, ErrorCode>> JoinAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var all = await Board(topics).Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        return all.Count == topics.Count ? all : topics.Distinct().ToDictionary(static topic => topic, topic => all[topic]);
    }

    private Flight Board(IReadOnlyCollection<string> topics)
    {
        lock (_gate)
        {
            if (_current is { } current)
            {
                if (topics.All(current.Topics.Contains))
                {
                    return current;
                }

                _next ??= new Flight();
                _next.Topics.UnionWith(topics);
                return _next;
            }

            _current = new Flight();
            _current.Topics.UnionWith(topics);
            Start(_current);
            return _current;
        }
    }

    private void Start(Flight flight) => Task.Run(async () =>
    {
        try
        {
            flight.Land(await fetch(flight.Topics).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            flight.Crash(e);
        }
        finally
        {
            lock (_gate)
            {
                (_current, _next) = (_next, null);
                if (_current is not null)
                {
                    Start(_current);
                }
            }
        }
    });

    private sealed class Flight
    {
        private readonly TaskCompletionSource<IReadOnlyDictionary<string, ErrorCode>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What is asked for; fixed once the flight has started.</summary>
        public HashSet<string> Topics { get; } = new(StringComparer.Ordinal);

        public Task<IReadOnlyDictionary<string, ErrorCode>> Answer => _answer.Task;

        public void Land(IReadOnlyDictionary<string, ErrorCode> errors) => _answer.SetResult(errors);

        public void Crash(Exception reason)
        {
            _answer.SetException(reason);
            _ = _answer.Task.Exception; // all who waited may have gone
        }
    }
}
