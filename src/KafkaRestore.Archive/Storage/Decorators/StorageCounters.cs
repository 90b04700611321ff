namespace KafkaRestore.Archive.Storage.Decorators;

/// <summary>What went through a storage since it was opened. Each number is exact; several read together may be of slightly different moments.</summary>
/// <param name="onRequest">Hears how long each operation took, from any thread; null: nobody does.</param>
public sealed class StorageCounters(Action<TimeSpan>? onRequest = null)
{
    private long _requests;
    private long _errors;
    private long _bytesRead;
    private long _bytesWritten;
    private long _busyTicks;
    private long _slowestTicks;

    /// <summary>Operations that have ended, whatever their end; a listing counts once.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Operations that failed; a cancelled one did not.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Bytes of content read.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Bytes of content written.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>The time of all operations added up; divided by <see cref="Requests"/> it is the mean latency.</summary>
    public TimeSpan BusyTime => TimeSpan.FromTicks(Interlocked.Read(ref _busyTicks));

    /// <summary>The longest operation.</summary>
    public TimeSpan Slowest => TimeSpan.FromTicks(Interlocked.Read(ref _slowestTicks));

    internal void AddRead(long bytes) => Interlocked.Add(ref _bytesRead, bytes);

    internal void AddWritten(long bytes) => Interlocked.Add(ref _bytesWritten, bytes);

    internal void AddError() => Interlocked.Increment(ref _errors);

    internal void AddRequest(TimeSpan took)
    {
        onRequest?.Invoke(took);
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _busyTicks, took.Ticks);
        var slowest = Interlocked.Read(ref _slowestTicks);
        while (took.Ticks > slowest)
        {
            var seen = Interlocked.CompareExchange(ref _slowestTicks, took.Ticks, slowest);
            if (seen == slowest)
            {
                return;
            }

            slowest = seen;
        }
    }
}
