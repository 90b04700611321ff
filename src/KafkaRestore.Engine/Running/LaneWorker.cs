using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Identity;
using KafkaRestore.Engine.Times;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Running;

/// <summary>Carries out lanes of a job that another process coordinates. Thread-safe.</summary>
public sealed class LaneWorker : IAsyncDisposable
{
    private readonly ITargetCluster _cluster;
    private readonly JobState _state;
    private readonly LocalLanes _lanes;
    private readonly IRecordSinkFactory _sinks;
    private readonly TimeProvider _time;
    private readonly Dictionary<TargetPartition, LanePlan> _plans;
    private int _running;

    private LaneWorker(RestorePlan plan, ITargetCluster cluster, IRecordSinkFactory sinks, JobState state, LocalLanes lanes, TimeProvider time)
    {
        _sinks = sinks;
        _cluster = cluster;
        _state = state;
        _lanes = lanes;
        _time = time;
        _plans = plan.Lanes.ToDictionary(static lane => lane.Target);
    }

    /// <summary>The highest number of lanes at once for which there is memory.</summary>
    public int MostLanes => _lanes.MostConcurrentPartitions;

    /// <summary>Plans the job as its coordinator has, and opens the state of its lanes. Storage, cluster and sinks stay the caller's to dispose.</summary>
    /// <param name="options">The options of the job, with the memory that this process gives it.</param>
    /// <param name="storage">Where the archive is.</param>
    /// <param name="cluster">The target.</param>
    /// <param name="sinks">Opens the lanes' sinks.</param>
    /// <param name="location">Where the state of the job is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Ends the opening.</param>
    /// <exception cref="RestoreException">
    /// The archive or the target cannot be reached; JOB_DIFFERS: the job means something else here, or the archive has grown since its run began; STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE; CONFIG_INVALID: too little memory.
    /// </exception>
    public static async Task<LaneWorker> OpenAsync(
        RestoreOptions options, IArchiveStorage storage, ITargetCluster cluster, IRecordSinkFactory sinks, JobLocation location, TimeProvider time, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(sinks);
        var manifest = await ManifestReader.ReadAsync(storage, options.BackupId, stop).ConfigureAwait(false);
        var plan = PlanBuilder.Build(manifest, options, TimeIndex.ForJob(options, manifest, storage.Properties, time));
        var target = await cluster.ConnectAsync(stop).ConfigureAwait(false);
        await sinks.PrepareAsync(stop).ConfigureAwait(false);
        var state = JobState.Attach(plan, location, JobIdentity.Of(options, plan, storage.Properties, target.ClusterId), options.State?.Adopt ?? false, time);
        plan = state.Order(plan);
        return new LaneWorker(plan, cluster, sinks, state, new LocalLanes(plan, options, storage, cluster, sinks, state.Stored, reader: null, time), time);
    }

    /// <summary>Changes this process's share of the limits; null is no limit.</summary>
    /// <param name="recordsPerSecond">Records a second.</param>
    /// <param name="bytesPerSecond">Uncompressed bytes a second.</param>
    /// <param name="brokerBytesPerSecond">Bytes a second to each broker.</param>
    public void ChangeRates(long? recordsPerSecond, long? bytesPerSecond, long? brokerBytesPerSecond)
    {
        _lanes.ChangeRates(recordsPerSecond, bytesPerSecond);
        if (brokerBytesPerSecond is { } most)
        {
            _sinks.ChangeBrokerRate(most);
        }
    }

    /// <summary>Takes lanes over and carries them out: one, or several of a repartitioned topic that read together.</summary>
    /// <param name="orders">The lanes.</param>
    /// <param name="stop">Stops them, with their progress saved.</param>
    /// <exception cref="RestoreException">They could not be taken over: STATE_UNWRITABLE; TARGET_UNREACHABLE.</exception>
    public async Task<LanesAtWork> BeginAsync(IReadOnlyList<LaneOrder> orders, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(orders);
        var targets = orders.ToDictionary(static order => order.Lane, order => _state.Stored.Lanes[order.Lane].Target);
        var topics = await _cluster.DescribeTopicsAsync([.. targets.Values.Select(static target => target.Topic).Distinct()], stop).ConfigureAwait(false);
        foreach (var order in orders)
        {
            _state.Stored.Claim(order.Lane);
        }

        List<LaneTask> tasks = [.. orders.Select(order => new LaneTask(new LaneStatus(_plans[targets[order.Lane]], _time), new PartitionRange(order.LogStart, order.LogEnd), topics.GetValueOrDefault(targets[order.Lane].Topic)))];
        return new LanesAtWork([.. orders.Zip(tasks, static (order, task) => (order.Lane, task.Status))], RunAsync(tasks, stop));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _lanes.DisposeAsync().ConfigureAwait(false);
        _state.Dispose();
    }

    private async Task RunAsync(List<LaneTask> tasks, CancellationToken stop)
    {
        _lanes.Reserve(Interlocked.Increment(ref _running));
        try
        {
            await Task.Run(() => _lanes.RunAsync(tasks, stop), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _lanes.Reserve(Math.Max(1, Interlocked.Decrement(ref _running)));
        }
    }

    /// <summary>Lanes that are being carried out.</summary>
    public sealed class LanesAtWork
    {
        private readonly IReadOnlyList<(int Lane, LaneStatus Status)> _lanes;

        internal LanesAtWork(IReadOnlyList<(int Lane, LaneStatus Status)> lanes, Task ended)
        {
            _lanes = lanes;
            Ended = ended;
        }

        /// <summary>Completes when all have ended, however they did.</summary>
        public Task Ended { get; }

        /// <summary>How they stand.</summary>
        public IReadOnlyList<LaneReport> Reports => [.. _lanes.Select(static lane => lane.Status.ReportAs(lane.Lane))];
    }
}

/// <summary>A lane to be carried out.</summary>
/// <param name="Lane">Its number in the job.</param>
/// <param name="LogStart">First offset of its target's log before the run's first lane.</param>
/// <param name="LogEnd">Offset behind the last one, at the same time.</param>
public sealed record LaneOrder(int Lane, long LogStart, long LogEnd);
