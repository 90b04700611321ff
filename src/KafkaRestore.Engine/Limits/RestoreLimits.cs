using KafkaRestore.Engine.Options;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Limits;

/// <summary>The limits of a run over all lanes: records and uncompressed bytes a second. They may be changed while lanes wait for their turn.</summary>
public sealed class RestoreLimits
{
    private readonly TimeProvider _time;
    private volatile RatePair _rates;

    /// <summary>Takes the limits from <paramref name="options"/>.</summary>
    public RestoreLimits(ExecutionOptions options, TimeProvider time)
    {
        _time = time;
        _rates = RatePair.None.With(options.RecordsPerSecond, options.BytesPerSecond, time);
    }

    /// <summary>Whether there is any limit.</summary>
    public bool Any => _rates.Any;

    /// <summary>
    /// Puts other limits in force, at once also for lanes that wait for their turn: they ask again, unless the change is small enough for them to keep it. A limit that stays as it is, or nearly so,
    /// keeps account of what it has granted. For one caller at a time.
    /// </summary>
    /// <param name="recordsPerSecond">Most records a second, 1 or more; null is no limit.</param>
    /// <param name="bytesPerSecond">Most uncompressed bytes a second, 1 or more; null is no limit.</param>
    public void Change(long? recordsPerSecond, long? bytesPerSecond)
    {
        var before = _rates;
        if (before.TryAdjust(recordsPerSecond, bytesPerSecond))
        {
            return;
        }

        _rates = before.With(recordsPerSecond, bytesPerSecond, _time);
        before.Replace();
    }

    /// <summary>
    /// Waits for the turn of the first records of <paramref name="block"/> and cuts them off; all of it when it is small enough or there is
    /// no limit.
    /// </summary>
    /// <returns>The records whose turn it is, and what is left of the block; null when nothing is.</returns>
    public async ValueTask<(RecordBlock Granted, RecordBlock? Left)> NextAsync(RecordBlock block, CancellationToken cancellationToken)
    {
        while (true)
        {
            var rates = _rates;
            var (count, bytes) = rates.GrantFrom(block);
            if (await rates.WaitAsync(count, bytes, cancellationToken).ConfigureAwait(false))
            {
                return count == block.Count ? (block, null) : (block.SplitFirst(count, bytes), block);
            }
        }
    }
}
