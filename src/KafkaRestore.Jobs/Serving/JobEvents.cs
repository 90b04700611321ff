using System.Runtime.CompilerServices;
using System.Threading.Channels;
using KafkaRestore.Api.Contracts;

namespace KafkaRestore.Jobs.Serving;

/// <summary>What happened to one job: the last of it is kept for who asks late, and everybody who listens hears what comes. Thread-safe.</summary>
/// <param name="first">The number of its first event; higher than any of the service's earlier lives.</param>
/// <param name="time">The clock.</param>
internal sealed class JobEvents(long first, TimeProvider time)
{
    private const int Kept = 1_000;
    private const int MostUnheard = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<JobEvent> _last = new();
    private readonly List<Channel<JobEvent>> _listeners = [];
    private long _number = first;

    /// <summary>Tells of a state, or of a line.</summary>
    public void Tell(JobEventKind kind, JobInfo? job = null, string? level = null, string? text = null)
    {
        lock (_gate)
        {
            var told = new JobEvent(kind == JobEventKind.Progress ? _number : ++_number, time.GetUtcNow(), kind, level, text, job);
            if (kind != JobEventKind.Progress)
            {
                _last.Enqueue(told);
                if (_last.Count > Kept)
                {
                    _last.Dequeue();
                }
            }

            foreach (var listener in _listeners)
            {
                listener.Writer.TryWrite(told);
            }
        }
    }

    /// <summary>Listens. What is still known behind <paramref name="after"/> comes first; then what happens.</summary>
    /// <param name="after">The last number known; null: begins with <paramref name="now"/>.</param>
    /// <param name="now">The job as it stands.</param>
    /// <param name="cancellationToken">Ends the listening.</param>
    public async IAsyncEnumerable<JobEvent> ListenAsync(long? after, Func<JobInfo> now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Who listens too slowly misses the oldest, never holds the job up.
        var listener = Channel.CreateBounded<JobEvent>(new BoundedChannelOptions(MostUnheard) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        Register(listener, after, now);
        try
        {
            await foreach (var told in listener.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return told;
                if (told is { Kind: JobEventKind.State, Job.State: var state } && state.HasEnded() && told.Number == Last)
                {
                    yield break;
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _listeners.Remove(listener);
            }
        }
    }

    // The job tells of itself while it is locked, so it is never asked under the lock of its events; what changed meanwhile is asked for again.
    private void Register(Channel<JobEvent> listener, long? after, Func<JobInfo> now)
    {
        while (true)
        {
            var (number, job) = (Last, now());
            lock (_gate)
            {
                if (_number != number)
                {
                    continue;
                }

                foreach (var known in _last.Where(known => known.Number > after))
                {
                    listener.Writer.TryWrite(known);
                }

                listener.Writer.TryWrite(new JobEvent(number, time.GetUtcNow(), JobEventKind.State, Job: job));
                _listeners.Add(listener);
                return;
            }
        }
    }

    private long Last
    {
        get
        {
            lock (_gate)
            {
                return _number;
            }
        }
    }
}
