using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Spreading;
using KafkaRestore.Engine.Limits;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Preparation;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Engine.Steering.Control;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Running;

/// <summary>
/// Writes a plan whose preflight has passed: as many lanes at once as allowed, an idle place takes the next lane of any topic. One lane's
/// failure leaves the others running.
/// </summary>
internal sealed class RestoreRun
{
    private static readonly TimeSpan SummaryPeriod = TimeSpan.FromSeconds(2);

    private readonly RestorePlan _plan;
    private readonly RestoreOptions _options;
    private readonly IArchiveStorage _storage;
    private readonly ITargetCluster _cluster;
    private readonly IRecordSinkFactory _sinks;
    private readonly RestoreProgress _progress;
    private readonly TimeProvider _time;
    private readonly JobState? _job;
    private readonly Func<CancellationToken, Task<ITargetReader>>? _reader;
    private readonly TargetPreparer? _preparer;

    /// <param name="plan">The plan.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="storage">Where the archive is.</param>
    /// <param name="cluster">The target.</param>
    /// <param name="sinks">Opens the lanes' sinks.</param>
    /// <param name="progress">Is kept up to date.</param>
    /// <param name="job">Keeps the checkpoints; null keeps none.</param>
    /// <param name="reader">Opens a reader of the target; null: the best that it allows.</param>
    /// <param name="preparer">Prepares the target's topics; null: missing ones are created with the brokers' defaults.</param>
    /// <param name="time">The clock.</param>
    public RestoreRun(
        RestorePlan plan,
        RestoreOptions options,
        IArchiveStorage storage,
        ITargetCluster cluster,
        IRecordSinkFactory sinks,
        RestoreProgress progress,
        JobState? job,
        Func<CancellationToken, Task<ITargetReader>>? reader,
        TargetPreparer? preparer,
        TimeProvider time)
    {
        _preparer = preparer;
        _reader = reader;
        _plan = plan;
        _options = options;
        _storage = storage;
        _cluster = cluster;
        _sinks = sinks;
        _progress = progress;
        _job = job;
        _time = time;
    }

    /// <summary>Runs every lane to its end.</summary>
    /// <exception cref="RestoreException">Before the first record: the target changed since preflight, or the budget is too small.</exception>
    /// <exception cref="OperationCanceledException">Stopped before the first record.</exception>
    /// <param name="preflight">What the check found.</param>
    /// <param name="unseen">Segments whose objects are looked for while the lanes run.</param>
    /// <param name="stop">Stops the lanes.</param>
    public async Task RunAsync(PreflightResult preflight, IEnumerable<NeededSegment> unseen, CancellationToken stop)
    {
        var shares = MemoryShares.Of(_options.Execution, _plan, _storage.Properties);
        await (_preparer?.RunAsync(stop) ?? CreateTopicsAsync(preflight, stop)).ConfigureAwait(false);
        await (preflight.Purge?.RunAsync(_cluster, stop) ?? Task.CompletedTask).ConfigureAwait(false);
        var topics = await _cluster.DescribeTopicsAsync([.. _plan.Topics.Select(topic => topic.Name)], stop).ConfigureAwait(false);
        var ranges = _plan.Lanes.Count == 0
            ? new Dictionary<TargetPartition, PartitionRange>()
            : await _cluster.ReadRangesAsync([.. _plan.Lanes.Select(lane => lane.Target)], stop).ConfigureAwait(false);

        await RefuseChangedAsync(preflight, ranges, stop).ConfigureAwait(false);
        var reading = new MemoryBudget(shares.ReadingBytes);
        var reader = new SegmentReader(_storage, reading, new SegmentReadOptions
        {
            WholeInMemoryBytes = shares.WholeInMemoryBytes,
            SpoolDirectory = _options.Execution.SpoolDirectory,
            TrustSegments = _options.TrustSegments,
            ProveRecords = _options.Skips.DamagedSegments,
            OnRead = _plan.Times is { } times ? times.Add : null,
        });
        var limits = new RestoreLimits(_options.Execution, _time);
        await using var readers = new SharedTargetReader(
            _reader ?? (token => TargetReaders.OpenAsync(_options.Target, new MemoryBudget(shares.ReadingBytes), time: _time, cancellationToken: token)));
        var works = new LaneWorks(_plan, _options, _cluster, reader, shares, _job?.Stored, readers.OpenAsync, _time);
        var waiting = new LaneQueue<LaneStatus>(_progress.Lanes.Where(lane => lane.State == LaneState.Waiting), static lane => lane.Lane, shares.LanesTogether);
        var places = new LanePlaces<LaneStatus>(waiting, lanes => RunLanesAsync(works, lanes, reader, ranges, topics, limits, stop), stop)
        {
            Reserve = taken => reading.Resize(shares.ReadingBytesWith(taken)),
        };
        var control = new LimitControl(RunLimits.Of(_options.Execution), limits, places.Resize, shares.MostPlaces, _progress.Steering, _time);
        using var ended = new CancellationTokenSource();
        var running = places.RunAsync(_options.Execution.MaxConcurrentLanes);
        var beside = Task.WhenAll(
            KeepSummingAsync(ended.Token),
            WatchAsync(control, ended.Token),
            new LateObjectCheck(_options, _storage, _progress, _time).RunAsync(unseen, ended.Token),
            new StalledLanes(_progress, stalled => places.Lend(stalled, shares.MostPlaces), _time).RunAsync(ended.Token));
        try
        {
            await running.ConfigureAwait(false);
            works.CheckSpread(_progress);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await beside.ConfigureAwait(false);
        }
    }

    /// <summary>Obeys what the job's control file asks for, until the lanes have ended.</summary>
    private Task WatchAsync(LimitControl control, CancellationToken ended) => _job?.Stored is not { } stored
        ? Task.CompletedTask
        : new ControlWatch(new ControlFiles(stored.Files, stored.Location), stored.Holder, control, _progress.Steering, _time).RunAsync(ended);

    /// <summary>Writes the job's summary every few seconds until the lanes have ended.</summary>
    private async Task KeepSummingAsync(CancellationToken ended)
    {
        if (_job is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(SummaryPeriod, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
            {
                _job.SaveSummary();
            }
        }
        catch (OperationCanceledException)
        {
            // The lanes have ended; the last summary is written by whoever ends the run.
        }
        catch (RestoreException)
        {
            // The summary is for people. A lane whose own checkpoint cannot be written stops and says why.
        }
    }

    /// <summary>Runs one lane, or several that read together, to their end.</summary>
    private async Task RunLanesAsync(
        LaneWorks works,
        IReadOnlyList<LaneStatus> lanes,
        SegmentReader reader,
        IReadOnlyDictionary<TargetPartition, PartitionRange> ranges,
        IReadOnlyDictionary<string, TopicDescription> topics,
        RestoreLimits limits,
        CancellationToken stop)
    {
        var wave = lanes[0].Lane.Repartitioning is { } spread ? new SpreadWave(_plan, spread, reader) : null;
        var prepared = new List<(LaneStatus Status, LaneWork Work)>(lanes.Count);
        foreach (var status in lanes)
        {
            var target = status.Lane.Target;
            try
            {
                prepared.Add((status, await works.PrepareAsync(status, ranges[target], topics.GetValueOrDefault(target.Topic), wave, stop).ConfigureAwait(false)));
            }
            catch (RestoreException failure)
            {
                status.End(LaneState.Failed, failure);
                wave?.Leave(target.Partition);
            }
        }

        if (wave is null)
        {
            await Task.WhenAll(prepared.Select(lane => RunAsync(lane.Status, lane.Work))).ConfigureAwait(false);
            return;
        }

        await using (wave.ConfigureAwait(false))
        {
            wave.Close();
            await Task.WhenAll(prepared.Select(lane => Task.Run(() => RunAsync(lane.Status, lane.Work), CancellationToken.None))).ConfigureAwait(false);
        }

        async Task RunAsync(LaneStatus status, LaneWork work)
        {
            try
            {
                await new LaneRunner(work, status, _sinks, limits).RunAsync(stop).ConfigureAwait(false);
            }
            finally
            {
                wave?.Leave(status.Lane.Target.Partition);
            }
        }
    }

    /// <summary>What held no record when it was checked must hold none still.</summary>
    private async Task RefuseChangedAsync(PreflightResult preflight, IReadOnlyDictionary<TargetPartition, PartitionRange> baselines, CancellationToken stop)
    {
        if (_options.Preparation.AppendToExisting)
        {
            return;
        }

        var fresh = baselines.Where(pair => _job?.Begun.Contains(pair.Key) != true).ToDictionary();
        var held = await _cluster.FindRecordsAsync(fresh, stop).ConfigureAwait(false);
        if (held.Count > 0)
        {
            var target = held.OrderBy(partition => partition.Topic, StringComparer.Ordinal).ThenBy(partition => partition.Partition).First();
            throw new RestoreException(ErrorCodes.TargetNotEmpty,
                $"the partition was {(preflight.ExistingTopics.ContainsKey(target.Topic) ? "empty when it was checked" : "to be created")} and now holds {baselines[target].Offsets} offset(s)", target.ToString());
        }
    }

    private async Task CreateTopicsAsync(PreflightResult preflight, CancellationToken stop)
    {
        if (preflight.TopicsToCreate.Count > 0)
        {
            var none = new Dictionary<string, string>();
            await _cluster.CreateTopicsAsync(
                [.. preflight.TopicsToCreate.Select(topic => new TopicToCreate(topic.Name, topic.PartitionsToCreate, _options.Preparation.DefaultReplicationFactor ?? -1, none))],
                stop).ConfigureAwait(false);
        }
    }
}
