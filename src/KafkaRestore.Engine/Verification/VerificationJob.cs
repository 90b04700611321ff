using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Lanes.Spreading;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.Times;
using KafkaRestore.Engine.Verification.Comparison;
using KafkaRestore.Engine.Verification.Reporting;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Verification;

/// <summary>
/// Compares a target with what a restore of these options writes into it; changes nothing. As many lanes at once as the restore would run.
/// </summary>
/// <param name="restore">The restore.</param>
/// <param name="options">What is compared.</param>
/// <param name="storage">Where the archive is; stays the caller's to dispose.</param>
/// <param name="cluster">The target; stays the caller's to dispose.</param>
/// <param name="openReader">Opens a reader of the target that keeps within a budget, usually <see cref="TargetReaders.OpenAsync"/>; the job disposes it.</param>
public sealed class VerificationJob(
    RestoreOptions restore,
    VerificationOptions options,
    IArchiveStorage storage,
    ITargetCluster cluster,
    Func<MemoryBudget, CancellationToken, Task<ITargetReader>> openReader)
{
    private const int LeastFetch = 64 << 10;
    private const int MostFetch = 1 << 20;
    private const int FetchesInShare = 4; // two fetches and two blocks are held at once

    /// <summary>Makes the place for the offsets of a lane's records that equal each other; null: nobody asks for them.</summary>
    internal Func<LanePlan, MatchedMaps>? MapsOf { get; init; }

    /// <summary>Reads the manifest and makes the plan of the restore.</summary>
    /// <exception cref="RestoreException">The archive cannot be read, or nothing sensible is selected.</exception>
    public async Task<RestorePlan> PlanAsync(CancellationToken cancellationToken)
    {
        var manifest = await ManifestReader.ReadAsync(storage, restore.BackupId, cancellationToken).ConfigureAwait(false);
        return PlanBuilder.Build(manifest, restore, TimeIndex.ForJob(restore, manifest, storage.Properties));
    }

    /// <summary>Compares every lane of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="progress">Is kept up to date while it runs.</param>
    /// <param name="stop">Ends the comparison; the report then says what was compared.</param>
    /// <exception cref="RestoreException">Before the first record: TARGET_UNREACHABLE, TARGET_DENIED; CONFIG_INVALID: the memory budget is too small.</exception>
    /// <exception cref="OperationCanceledException">Stopped before the first record.</exception>
    public async Task<VerificationReport> RunAsync(RestorePlan plan, VerificationProgress progress, CancellationToken stop)
    {
        var shares = MemoryShares.Of(restore.Execution, plan, storage.Properties);
        var described = await cluster.ConnectAsync(stop).ConfigureAwait(false);
        var topics = await cluster.DescribeTopicsAsync([.. plan.Topics.Select(topic => topic.Name)], stop).ConfigureAwait(false);
        var ranges = await ReadRangesAsync(plan, topics, stop).ConfigureAwait(false);
        if (ranges.Count > 0)
        {
            await CompareAsync(plan, progress, shares, topics, ranges, stop).ConfigureAwait(false);
        }
        else
        {
            foreach (var lane in progress.Lanes)
            {
                lane.Fail(Absent(lane.Lane.Target, topics), null);
            }
        }

        plan.Times?.Save();
        return VerificationReportBuilder.Build(progress, restore, options, described.ClusterId, [.. WindowWords.Warnings(plan), .. Warnings(topics)]);
    }

    private async Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> ReadRangesAsync(
        RestorePlan plan, IReadOnlyDictionary<string, TopicDescription> topics, CancellationToken stop)
    {
        var present = plan.Lanes.Select(lane => lane.Target).Where(target => topics.TryGetValue(target.Topic, out var topic) && target.Partition < topic.Partitions).ToList();
        return present.Count == 0 ? new Dictionary<TargetPartition, PartitionRange>() : await cluster.ReadRangesAsync(present, stop).ConfigureAwait(false);
    }

    private async Task CompareAsync(
        RestorePlan plan,
        VerificationProgress progress,
        MemoryShares shares,
        IReadOnlyDictionary<string, TopicDescription> topics,
        IReadOnlyDictionary<TargetPartition, PartitionRange> ranges,
        CancellationToken stop)
    {
        var atOnce = Math.Max(1, Math.Min(restore.Execution.MaxConcurrentLanes, plan.Lanes.Count));
        var readers = atOnce + shares.LanesTogether - 1;
        var segments = new SegmentReader(storage, new MemoryBudget(shares.ReadingBytes), new SegmentReadOptions
        {
            WholeInMemoryBytes = shares.WholeInMemoryBytes,
            SpoolDirectory = restore.Execution.SpoolDirectory,
            TrustSegments = restore.TrustSegments,
            OnRead = plan.Times is { } times ? times.Add : null,
        });

        // Nothing is sent, so what a restore gives to its sinks is there for reading the target.
        var target = await openReader(new MemoryBudget(readers * shares.SinkQueueBytes), stop).ConfigureAwait(false);
        await using var opened = target.ConfigureAwait(false);
        var reading = new ReadOptions { FetchBytes = (int)Math.Clamp(shares.SinkQueueBytes / FetchesInShare, LeastFetch, MostFetch) };
        var waiting = new LaneQueue<LaneVerification>(progress.Lanes, static lane => lane.Lane, shares.LanesTogether);
        var leftOut = new StreamSkips(plan.BackupId, new SkipOptions(), options.LeftOut);
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(WorkAsync, CancellationToken.None))).ConfigureAwait(false);

        async Task WorkAsync()
        {
            while (!stop.IsCancellationRequested && waiting.Take() is { } lanes)
            {
                try
                {
                    await CompareLanesAsync(lanes).ConfigureAwait(false);
                }
                finally
                {
                    waiting.Finished(lanes);
                }
            }
        }

        async Task CompareLanesAsync(IReadOnlyList<LaneVerification> lanes)
        {
            if (lanes[0].Lane.Repartitioning is not { } spread)
            {
                var lane = lanes[0];
                await CompareLaneAsync(lane, new LaneStream(plan, lane.Lane, segments, Room()) { Skips = leftOut }).ConfigureAwait(false);
                return;
            }

            var wave = new SpreadWave(plan, spread, segments);
            await using (wave.ConfigureAwait(false))
            {
                var streams = lanes.Select(lane => new LaneStream(plan, lane.Lane, wave.Join(1, lane.Lane, StreamPosition.Beginning), Room()) { Skips = leftOut }).ToList();
                wave.Close();
                await Task.WhenAll(lanes.Zip(streams).Select(pair => Task.Run(
                    async () =>
                    {
                        await CompareLaneAsync(pair.First, pair.Second).ConfigureAwait(false);
                        wave.Leave(pair.First.Lane.Target.Partition);
                    },
                    CancellationToken.None))).ConfigureAwait(false);
            }
        }

        MemoryBudget Room() => new(Math.Max(1, shares.HeaderRoomBytes));

        async Task CompareLaneAsync(LaneVerification lane, LaneStream stream)
        {
            if (!ranges.TryGetValue(lane.Lane.Target, out var range))
            {
                lane.Fail(Absent(lane.Lane.Target, topics), null);
                return;
            }

            LaneComparison? comparison = null;
            try
            {
                lane.Begin();
                var from = StartOf(lane.Lane.Target, range);
                lane.Range = new PartitionRange(from, Math.Max(from, range.End));
                var found = target.ReadAsync(lane.Lane.Target, from, range.End, reading, stop);
                if (options.Level == VerificationLevel.Counts)
                {
                    var known = options.LeftOut.Count > 0 ? null : ManifestCount.Of(lane.Lane, plan.Rules, restore.TrustSegments);
                    lane.End(await LaneCount.RunAsync(known is null ? stream.ReadAsync(stop) : null, known ?? 0, found, options.AllowNewer, lane, stop).ConfigureAwait(false));
                    return;
                }

                comparison = new LaneComparison(stream.ReadAsync(stop), found, options, lane, MapsOf?.Invoke(lane.Lane), stop);
                await using var comparing = comparison.ConfigureAwait(false);
                lane.End(await comparison.RunAsync().ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                lane.Stop(comparison?.SoFar);
            }
            catch (RestoreException failure)
            {
                lane.Fail(failure, comparison?.SoFar);
            }
            catch (Exception defect)
            {
                lane.Fail(new RestoreException(ErrorCodes.Internal, $"{defect.GetType().Name}: {defect.Message}", lane.Lane.Target.ToString(), inner: defect), comparison?.SoFar);
            }
        }
    }

    /// <summary>Where the restored records of a partition begin.</summary>
    /// <exception cref="RestoreException">TARGET_EMPTIED: the log begins behind that.</exception>
    private long StartOf(TargetPartition target, PartitionRange range)
    {
        if (!options.StartAt.TryGetValue(target, out var start))
        {
            return range.LogStart;
        }

        return start >= range.LogStart
            ? start
            : throw new RestoreException(ErrorCodes.TargetEmptied, $"the log begins at offset {range.LogStart}; the restored records begin at {start}, so their first ones are gone", target.ToString(),
                "Retention or DeleteRecords has removed them; restore the partition again, with retention.ms=-1 on its topic.");
    }

    private static RestoreException Absent(TargetPartition target, IReadOnlyDictionary<string, TopicDescription> topics) => topics.TryGetValue(target.Topic, out var topic)
        ? new RestoreException(ErrorCodes.TargetPartitions, $"the topic has {topic.Partitions} partitions", target.ToString(), "Compare with the configuration that the restore was made with.")
        : new RestoreException(ErrorCodes.TargetTopicMissing, "the topic does not exist", target.ToString(), "Compare with the configuration that the restore was made with.");

    private List<string> Warnings(IReadOnlyDictionary<string, TopicDescription> topics) => options is { IgnoreTimestamps: false, Level: not VerificationLevel.Counts }
        ? [.. topics.Values.Where(topic => topic.TimestampType == "LogAppendTime").OrderBy(topic => topic.Name, StringComparer.Ordinal)
            .Select(topic => $"{topic.Name} gives records the time of appending (LogAppendTime), so their timestamps differ from the archive's; they can be left out of the comparison")]
        : [];
}
