namespace KafkaRestore.Archive.Storage.Decorators;

/// <summary>
/// Holds reads back to an average rate, first come, first served. A read waits for those before it and then runs at full speed;
/// what it did not get (the object's end, a failure) does not count.
/// </summary>
/// <remarks>Not guaranteed: a bound of listings, stats and writes; a smooth rate within one read.</remarks>
public sealed class ThrottledStorage : ForwardingStorage
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly double _bytesPerSecond;
    private long _freeAt;

    /// <summary>Wraps <paramref name="inner"/>.</summary>
    /// <param name="inner">The storage; disposed with this.</param>
    /// <param name="bytesPerSecond">Bytes per second of all reads together, at least 1.</param>
    /// <param name="time">The clock; null is the system's.</param>
    public ThrottledStorage(IArchiveStorage inner, long bytesPerSecond, TimeProvider? time = null)
        : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, 1);
        _bytesPerSecond = bytesPerSecond;
        _time = time ?? TimeProvider.System;
        _freeAt = _time.GetTimestamp();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = 0;
        var wait = Reserve(destination.Length);
        try
        {
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
            }

            read = await Inner.ReadAsync(key, offset, destination, cancellationToken).ConfigureAwait(false);
            return read;
        }
        finally
        {
            GiveBack(destination.Length - read);
        }
    }

    private TimeSpan Reserve(int bytes)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var start = Math.Max(now, _freeAt);
            _freeAt = start + Ticks(bytes);
            return _time.GetElapsedTime(now, start);
        }
    }

    private void GiveBack(int bytes)
    {
        lock (_gate)
        {
            _freeAt -= Ticks(bytes);
        }
    }

    private long Ticks(int bytes) => (long)(bytes / _bytesPerSecond * _time.TimestampFrequency);
}
