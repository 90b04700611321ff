using System.Collections.Concurrent;
using KafkaRestore.Engine.Files;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.OffsetMaps.Rebuilding;

/// <summary>
/// Makes the maps of a restore anew from the records that it wrote, by the headers that name their source offsets. Reads each target partition of the plan once,
/// as many at once as the restore would write; changes nothing at the target.
/// </summary>
/// <param name="restore">The restore.</param>
/// <param name="plan">Its plan: which sources go into which target partition.</param>
/// <param name="cluster">The target; stays the caller's to dispose.</param>
/// <param name="openReader">Opens a reader of the target that keeps within a budget, usually <see cref="TargetReaders.OpenAsync"/>; the rebuild disposes it.</param>
public sealed class MapRebuild(RestoreOptions restore, RestorePlan plan, ITargetCluster cluster, Func<MemoryBudget, CancellationToken, Task<ITargetReader>> openReader)
{
    private const int LeastFetch = 64 << 10;
    private const int MostFetch = 1 << 20;
    private const int FetchesInShare = 4; // two fetches and two blocks are held at once

    /// <summary>How each target partition stands.</summary>
    public IReadOnlyList<LaneRebuild> Lanes { get; } = [.. plan.Lanes.Select(lane => new LaneRebuild(lane))];

    /// <summary>Reads every target partition. One that fails is left out of the maps and says why; the others go on.</summary>
    /// <returns>The maps; the caller disposes them.</returns>
    /// <exception cref="RestoreException">CONFIG_INVALID: the restore leaves no source offset in the headers. TARGET_UNREACHABLE, TARGET_DENIED. STATE_UNWRITABLE: no room for the maps.</exception>
    /// <exception cref="OperationCanceledException">Stopped; a part of the maps would lead groups past records.</exception>
    public async Task<OffsetMapSet> RunAsync(CancellationToken stop)
    {
        if (restore.Headers is { Strip: true, Add: false })
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, "this restore removes the tracking headers and adds none, so its records do not tell where they came from", "restore.strip_offset_headers",
                "`kafka-restore restore --adopt` makes the maps anew by comparing the target with the archive.");
        }

        var described = await cluster.ConnectAsync(stop).ConfigureAwait(false);
        var ranges = await ReadRangesAsync(stop).ConfigureAwait(false);
        var chunks = new TemporaryChunks();
        try
        {
            var maps = new ConcurrentBag<StoredMap>();
            await ReadAllAsync(ranges, chunks, maps, stop).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            return new OffsetMapSet(string.Join(',', restore.Target.BootstrapServers), new OffsetReportSummary { TargetClusterId = described.ClusterId }, [.. maps], chunks);
        }
        catch
        {
            chunks.Dispose();
            throw;
        }
    }

    private async Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> ReadRangesAsync(CancellationToken stop)
    {
        var topics = await cluster.DescribeTopicsAsync([.. plan.Topics.Select(topic => topic.Name)], stop).ConfigureAwait(false);
        var present = new List<TargetPartition>();
        foreach (var lane in Lanes)
        {
            var target = lane.Lane.Target;
            if (!topics.TryGetValue(target.Topic, out var topic))
            {
                lane.Fail(new RestoreException(ErrorCodes.TargetTopicMissing, "the topic does not exist", target.ToString(), "Compare with the configuration that the restore was made with."));
            }
            else if (target.Partition >= topic.Partitions)
            {
                lane.Fail(new RestoreException(ErrorCodes.TargetPartitions, $"the topic has {topic.Partitions} partitions", target.ToString(), "Compare with the configuration that the restore was made with."));
            }
            else
            {
                present.Add(target);
            }
        }

        return present.Count == 0 ? new Dictionary<TargetPartition, PartitionRange>() : await cluster.ReadRangesAsync(present, stop).ConfigureAwait(false);
    }

    private async Task ReadAllAsync(IReadOnlyDictionary<TargetPartition, PartitionRange> ranges, TemporaryChunks chunks, ConcurrentBag<StoredMap> maps, CancellationToken stop)
    {
        if (ranges.Count == 0)
        {
            return;
        }

        var atOnce = Math.Max(1, Math.Min(restore.Execution.MaxConcurrentLanes, ranges.Count));
        var share = restore.Execution.MemoryBudgetBytes / atOnce;
        var reader = await openReader(new MemoryBudget(restore.Execution.MemoryBudgetBytes), stop).ConfigureAwait(false);
        await using var opened = reader.ConfigureAwait(false);
        var reading = new ReadOptions { FetchBytes = (int)Math.Clamp(share / FetchesInShare, LeastFetch, MostFetch) };
        var waiting = new ConcurrentQueue<LaneRebuild>(Lanes.Where(lane => lane.State == LaneRebuildState.Waiting));
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(WorkAsync, CancellationToken.None))).ConfigureAwait(false);

        async Task WorkAsync()
        {
            while (!stop.IsCancellationRequested && waiting.TryDequeue(out var lane))
            {
                await ReadLaneAsync(lane, reader, reading, ranges[lane.Lane.Target], chunks, maps, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task ReadLaneAsync(
        LaneRebuild lane, ITargetReader reader, ReadOptions reading, PartitionRange range, TemporaryChunks chunks, ConcurrentBag<StoredMap> maps, CancellationToken stop)
    {
        var target = lane.Lane.Target;
        try
        {
            lane.Begin();
            var builder = new LaneMapBuilder(lane.Lane, restore.Headers.Add, chunks);
            await foreach (var block in reader.ReadAsync(target, range.LogStart, range.End, reading, stop).ConfigureAwait(false))
            {
                using (block)
                {
                    foreach (var record in block)
                    {
                        builder.Take(record);
                    }

                    lane.Add(block.Count, block.Length);
                }

                await builder.PutAsync(stop).ConfigureAwait(false);
            }

            var (findings, made) = await builder.FinishAsync(stop).ConfigureAwait(false);
            foreach (var map in made)
            {
                maps.Add(map);
            }

            lane.End(findings);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The whole is stopped.
        }
        catch (RestoreException failure)
        {
            lane.Fail(failure);
        }
        catch (Exception failure) when (SystemErrors.Reason(failure) is { } reason)
        {
            lane.Fail(new RestoreException(ErrorCodes.DiskFull, $"the map could not be kept on disk: {reason}", target.ToString(), "Free space in the temporary directory, or name another one with the variable TMPDIR.", failure));
        }
        catch (Exception defect)
        {
            lane.Fail(new RestoreException(ErrorCodes.Internal, $"{defect.GetType().Name}: {defect.Message}", target.ToString(), inner: defect));
        }
    }
}
