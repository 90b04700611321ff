using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Limits;

namespace KafkaRestore.Engine.Limits;

/// <summary>Both limits as they hold until they are replaced.</summary>
internal sealed class RatePair
{
    // A grant is at most this part of a second's worth, so that the rate is even at small scale too.
    private const int GrantsPerSecond = 20;

    private readonly RateLimiter? _records;
    private readonly RateLimiter? _bytes;

    // Never disposed: lanes may be linking to its token when it is replaced, and it holds no timer.
    private readonly CancellationTokenSource _replaced = new();

    private RatePair(RateLimiter? records, RateLimiter? bytes)
    {
        _records = records;
        _bytes = bytes;
    }

    /// <summary>No limit at all.</summary>
    public static RatePair None => new(null, null);

    /// <summary>Whether there is any limit.</summary>
    public bool Any => _records is not null || _bytes is not null;

    /// <summary>The pair that comes after this one; a limit that stays keeps what it has granted.</summary>
    public RatePair With(long? recordsPerSecond, long? bytesPerSecond, TimeProvider time) => new(Next(_records, recordsPerSecond, time), Next(_bytes, bytesPerSecond, time));

    /// <summary>Changes the limits where they are, if that is a matter of less than the half or the double: who waits keeps its turn, which is a fraction of a second away.</summary>
    public bool TryAdjust(long? recordsPerSecond, long? bytesPerSecond)
    {
        if (!IsNear(_records, recordsPerSecond) || !IsNear(_bytes, bytesPerSecond))
        {
            return false;
        }

        _records?.Change(recordsPerSecond!.Value);
        _bytes?.Change(bytesPerSecond!.Value);
        return true;
    }

    /// <summary>Ends all waiting: another pair holds now.</summary>
    public void Replace() => _ = _replaced.CancelAsync(); // lanes go on in their own threads, not in the caller's

    /// <summary>How much of a block may go at once: at least one record.</summary>
    public (int Count, int Bytes) GrantFrom(RecordBlock block)
    {
        var mostRecords = Most(_records);
        var mostBytes = Most(_bytes);
        if (block.Count <= mostRecords && block.Length <= mostBytes)
        {
            return (block.Count, block.Length);
        }

        var count = 0;
        var bytes = 0;
        foreach (var record in block)
        {
            if (count > 0 && (count >= mostRecords || bytes + record.Encoded.Length > mostBytes))
            {
                break;
            }

            count++;
            bytes += record.Encoded.Length;
        }

        return (count, bytes);
    }

    /// <summary>Waits for the turn of so many records and bytes.</summary>
    /// <returns>Whether it came; false when the limits were replaced meanwhile.</returns>
    public async ValueTask<bool> WaitAsync(int count, int bytes, CancellationToken cancellationToken)
    {
        if (!Any)
        {
            return true;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _replaced.Token);
        try
        {
            if (_records is not null)
            {
                await _records.WaitAsync(count, either.Token).ConfigureAwait(false);
            }

            if (_bytes is not null)
            {
                await _bytes.WaitAsync(bytes, either.Token).ConfigureAwait(false);
            }

            return true;
        }
        catch (OperationCanceledException) when (_replaced.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static RateLimiter? Next(RateLimiter? now, long? perSecond, TimeProvider time) =>
        perSecond is not { } units ? null : now?.PerSecond == units ? now : new RateLimiter(units, time);

    private static bool IsNear(RateLimiter? now, long? perSecond) =>
        now is null ? perSecond is null : perSecond is { } units && units > now.PerSecond / 2 && units < now.PerSecond * 2;

    private static long Most(RateLimiter? limiter) => limiter is null ? long.MaxValue : Math.Max(1, limiter.PerSecond / GrantsPerSecond);
}
