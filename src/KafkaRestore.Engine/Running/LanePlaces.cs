namespace KafkaRestore.Engine.Running;

/// <summary>
/// The places in which lanes run at once. More of them take waiting lanes at once; with fewer, lanes that run are left to their end and no new one begins until
/// the number fits. Lanes that cannot go on lend their places to others.
/// </summary>
/// <param name="queue">The lanes that wait.</param>
/// <param name="run">Runs what was taken, to its end.</param>
/// <param name="stop">No lane begins after it.</param>
internal sealed class LanePlaces<T>(LaneQueue<T> queue, Func<IReadOnlyList<T>, Task> run, CancellationToken stop)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly List<Task> _workers = [];
    private int _places;
    private int _lent;
    private int _taken;
    private bool _ended;

    /// <summary>Called with the number of places that lanes may take or still have, whenever it changes; before a lane begins that needs it.</summary>
    public Action<int> Reserve { get; init; } = static _ => { };

    /// <summary>Runs all lanes.</summary>
    /// <param name="places">How many at once, 1 or more.</param>
    public async Task RunAsync(int places)
    {
        Resize(places);
        while (true)
        {
            Task[] workers;
            lock (_gate)
            {
                workers = [.. _workers];
            }

            var all = Task.WhenAll(workers);
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate)
            {
                // Places that were added meanwhile have workers of their own.
                _ended = _workers.Count == workers.Length;
            }

            if (_ended)
            {
                await all.ConfigureAwait(false);
                return;
            }
        }
    }

    /// <summary>Changes the number of places, 1 or more; does nothing once all lanes have ended.</summary>
    public void Resize(int places)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(places, 1);
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _places = places;
            Fill();
        }
    }

    /// <summary>Says how many of the places are taken by lanes that cannot go on: as many others may run beside them, up to <paramref name="most"/> in all.</summary>
    public void Lend(int stalled, int most)
    {
        lock (_gate)
        {
            var lent = Math.Max(0, Math.Min(stalled, most - _places));
            if (!_ended && lent != _lent)
            {
                _lent = lent;
                Fill();
            }
        }
    }

    private int Open => _places + _lent;

    private void Fill()
    {
        Reserve(Math.Max(Open, _taken));
        while (_taken < Open && Next() is { } first)
        {
            _taken++;
            _workers.Add(Task.Run(() => WorkAsync(first), CancellationToken.None));
        }
    }

    private async Task WorkAsync(IReadOnlyList<T> first)
    {
        for (IReadOnlyList<T>? lanes = first; lanes is not null;)
        {
            var ran = false;
            try
            {
                await run(lanes).ConfigureAwait(false);
                ran = true;
            }
            finally
            {
                queue.Finished(lanes);
                lanes = ran ? NextOrLeave() : Leave();
            }
        }
    }

    private IReadOnlyList<T>? NextOrLeave()
    {
        lock (_gate)
        {
            return (_taken <= Open ? Next() : null) ?? Leave();
        }
    }

    private IReadOnlyList<T>? Leave()
    {
        lock (_gate)
        {
            _taken--;
            Reserve(Math.Max(Open, _taken));
            return null;
        }
    }

    private IReadOnlyList<T>? Next() => stop.IsCancellationRequested ? null : queue.Take();
}
