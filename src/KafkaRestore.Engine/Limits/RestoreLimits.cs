using KafkaRestore.Engine.Options;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Limits;

namespace KafkaRestore.Engine.Limits;

/// <summary>The limits of a run over all lanes: records and uncompressed bytes a second.</summary>
public sealed class RestoreLimits
{
    // A grant is at most this part of a second's worth, so that the rate is even at small scale too.
    private const int GrantsPerSecond = 20;

    private readonly RateLimiter? _records;
    private readonly RateLimiter? _bytes;

    /// <summary>Takes the limits from <paramref name="options"/>.</summary>
    public RestoreLimits(ExecutionOptions options, TimeProvider time)
    {
        _records = options.RecordsPerSecond is { } records ? new RateLimiter(records, time) : null;
        _bytes = options.BytesPerSecond is { } bytes ? new RateLimiter(bytes, time) : null;
    }

    /// <summary>Whether there is any limit.</summary>
    public bool Any => _records is not null || _bytes is not null;

    /// <summary>
    /// Waits for the turn of the first records of <paramref name="block"/> and cuts them off; all of it when it is small enough or there is
    /// no limit.
    /// </summary>
    /// <returns>The records whose turn it is, and what is left of the block; null when nothing is.</returns>
    public async ValueTask<(RecordBlock Granted, RecordBlock? Left)> NextAsync(RecordBlock block, CancellationToken cancellationToken)
    {
        var (count, bytes) = GrantFrom(block);
        if (_records is not null)
        {
            await _records.WaitAsync(count, cancellationToken).ConfigureAwait(false);
        }

        if (_bytes is not null)
        {
            await _bytes.WaitAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        return count == block.Count ? (block, null) : (block.SplitFirst(count, bytes), block);
    }

    private (int Count, int Bytes) GrantFrom(RecordBlock block)
    {
        var mostRecords = _records is null ? int.MaxValue : Math.Max(1, _records.PerSecond / GrantsPerSecond);
        var mostBytes = _bytes is null ? int.MaxValue : Math.Max(1, _bytes.PerSecond / GrantsPerSecond);
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
}
