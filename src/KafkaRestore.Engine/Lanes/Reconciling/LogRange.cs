using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Lanes.Reconciling;

/// <summary>Where the log of one target partition begins and ends.</summary>
internal sealed class LogRange(ITargetCluster cluster, TargetPartition target, TimeProvider time)
{
    private const int MostRounds = 3;

    /// <summary>As it is now.</summary>
    public async Task<PartitionRange> ReadAsync(CancellationToken cancellationToken) =>
        (await cluster.ReadRangesAsync([target], cancellationToken).ConfigureAwait(false)).TryGetValue(target, out var range)
            ? range
            : throw new RestoreException(ErrorCodes.TargetUnavailable, "the end of the log could not be read", target.ToString());

    /// <summary>Once its end has stood still for <paramref name="still"/>, or has moved so often that somebody else must be writing.</summary>
    public async Task<PartitionRange> ReadSettledAsync(TimeSpan still, CancellationToken cancellationToken)
    {
        var range = await ReadAsync(cancellationToken).ConfigureAwait(false);
        for (var round = 0; round < MostRounds && still > TimeSpan.Zero; round++)
        {
            await Task.Delay(still, time, cancellationToken).ConfigureAwait(false);
            var later = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (later.End == range.End)
            {
                return later;
            }

            range = later;
        }

        return range;
    }
}
