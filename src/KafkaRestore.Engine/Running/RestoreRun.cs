using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes;
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
    private readonly Func<LaneRun, ILaneExecution>? _lanes;

    /// <param name="plan">The plan.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="storage">Where the archive is.</param>
    /// <param name="cluster">The target.</param>
    /// <param name="sinks">Opens the lanes' sinks.</param>
    /// <param name="progress">Is kept up to date.</param>
    /// <param name="job">Keeps the checkpoints; null keeps none.</param>
    /// <param name="reader">Opens a reader of the target; null: the best that it allows.</param>
    /// <param name="preparer">Prepares the target's topics; null: missing ones are created with the brokers' defaults.</param>
    /// <param name="lanes">Carries the lanes out; null: this process does.</param>
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
        Func<LaneRun, ILaneExecution>? lanes,
        TimeProvider time)
    {
        _lanes = lanes;
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
        var execution = _lanes is { } elsewhere ? elsewhere(Elsewhere()) : new LocalLanes(_plan, _options, _storage, _cluster, _sinks, _job?.Stored, _reader, _time);
        await using var executing = execution.ConfigureAwait(false);
        await (_preparer?.RunAsync(stop) ?? CreateTopicsAsync(preflight, stop)).ConfigureAwait(false);
        await (preflight.Purge?.RunAsync(_cluster, stop) ?? Task.CompletedTask).ConfigureAwait(false);
        var topics = await _cluster.DescribeTopicsAsync([.. _plan.Topics.Select(topic => topic.Name)], stop).ConfigureAwait(false);
        var ranges = _plan.Lanes.Count == 0
            ? new Dictionary<TargetPartition, PartitionRange>()
            : await _cluster.ReadRangesAsync([.. _plan.Lanes.Select(lane => lane.Target)], stop).ConfigureAwait(false);

        await RefuseChangedAsync(preflight, ranges, stop).ConfigureAwait(false);
        var waiting = new LaneQueue<LaneStatus>(_progress.Lanes.Where(lane => lane.State == LaneState.Waiting), static lane => lane.Lane, execution.LanesTogether);
        var places = new LanePlaces<LaneStatus>(waiting, lanes => execution.RunAsync([.. lanes.Select(TaskOf)], stop), stop) { Reserve = execution.Reserve };
        var control = new LimitControl(
            RunLimits.Of(_options.Execution), execution.ChangeRates, most => places.Resize(execution.PlacesFor(most)), execution.MostConcurrentPartitions, _progress.Steering, _time);
        execution.PlacesChanged = () => places.Resize(execution.PlacesFor(control.Current.MaxConcurrentPartitions));
        using var ended = new CancellationTokenSource();
        var running = places.RunAsync(execution.PlacesFor(_options.Execution.MaxConcurrentLanes));
        var beside = Task.WhenAll(
            KeepSummingAsync(ended.Token),
            WatchAsync(control, ended.Token),
            new LateObjectCheck(_options, _storage, _progress, _time).RunAsync(unseen, ended.Token),
            new StalledLanes(_progress, stalled => places.Lend(stalled, execution.PlacesFor(execution.MostConcurrentPartitions)), _time).RunAsync(ended.Token));
        try
        {
            await running.ConfigureAwait(false);
            new PlannedRecords(_options, _job?.Stored).CheckSpread(_progress);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await beside.ConfigureAwait(false);
        }

        LaneTask TaskOf(LaneStatus lane) => new(lane, ranges[lane.Lane.Target], topics.GetValueOrDefault(lane.Lane.Target.Topic));
    }

    private LaneRun Elsewhere()
    {
        var shares = MemoryShares.Of(_options.Execution, _plan, _storage.Properties);
        return new LaneRun(_plan, _job, shares.LanesTogether, shares.MostPlaces, _options.Delivery.BrokerBytesPerSecond);
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

    /// <summary>What held no record when it was checked must hold none still.</summary>
    private async Task RefuseChangedAsync(PreflightResult preflight, IReadOnlyDictionary<TargetPartition, PartitionRange> baselines, CancellationToken stop)
    {
        if (_options.Preparation.AppendToExisting)
        {
            return;
        }

        var fresh = baselines.Where(pair => _job?.Begun.Contains(pair.Key) != true).ToDictionary();
        var held = await _cluster.FindRecordsAsync(fresh, stop).ConfigureAwait(false);
        if (held.Count > 0 && _lanes is not null && _job?.LookAgain() == true)
        {
            held = held.Where(partition => !_job.Begun.Contains(partition)).ToHashSet();
        }

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
