using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Spreading;
using KafkaRestore.Engine.Limits;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Running;

/// <summary>Carries lanes out in this process: one reader of the archive, one budget of memory and one pair of limits for all of them.</summary>
internal sealed class LocalLanes : ILaneExecution
{
    private readonly RestorePlan _plan;
    private readonly LaneWorks _works;
    private readonly SegmentReader _reader;
    private readonly SharedTargetReader _targetReader;
    private readonly IRecordSinkFactory _sinks;
    private readonly RestoreLimits _limits;
    private readonly MemoryShares _shares;
    private readonly MemoryBudget _reading;

    /// <param name="plan">The plan.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="storage">Where the archive is.</param>
    /// <param name="cluster">The target.</param>
    /// <param name="sinks">Opens the lanes' sinks.</param>
    /// <param name="job">Keeps the checkpoints; null keeps none.</param>
    /// <param name="reader">Opens a reader of the target; null: the best that it allows.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID: the memory budget is too small.</exception>
    public LocalLanes(
        RestorePlan plan,
        RestoreOptions options,
        IArchiveStorage storage,
        ITargetCluster cluster,
        IRecordSinkFactory sinks,
        StoredJob? job,
        Func<CancellationToken, Task<ITargetReader>>? reader,
        TimeProvider time)
    {
        _plan = plan;
        _sinks = sinks;
        _shares = MemoryShares.Of(options.Execution, plan, storage.Properties);
        _reading = new MemoryBudget(_shares.ReadingBytes);
        _reader = new SegmentReader(storage, _reading, new SegmentReadOptions
        {
            WholeInMemoryBytes = _shares.WholeInMemoryBytes,
            SpoolDirectory = options.Execution.SpoolDirectory,
            TrustSegments = options.TrustSegments,
            ProveRecords = options.Skips.DamagedSegments,
            OnRead = plan.Times is { } times ? times.Add : null,
        });
        _limits = new RestoreLimits(options.Execution, time);
        _targetReader = new SharedTargetReader(
            reader ?? (token => TargetReaders.OpenAsync(options.Target, new MemoryBudget(_shares.ReadingBytes), time: time, cancellationToken: token)));
        _works = new LaneWorks(plan, options, cluster, _reader, _shares, job, _targetReader.OpenAsync, time);
    }

    /// <inheritdoc/>
    public int LanesTogether => _shares.LanesTogether;

    /// <inheritdoc/>
    public int MostConcurrentPartitions => _shares.MostPlaces;

    /// <inheritdoc/>
    public Action PlacesChanged
    {
        set => ArgumentNullException.ThrowIfNull(value);
    }

    /// <inheritdoc/>
    public int PlacesFor(int maxConcurrentPartitions) => maxConcurrentPartitions;

    /// <inheritdoc/>
    public void Reserve(int places) => _reading.Resize(_shares.ReadingBytesWith(places));

    /// <inheritdoc/>
    public void ChangeRates(long? recordsPerSecond, long? bytesPerSecond) => _limits.Change(recordsPerSecond, bytesPerSecond);

    /// <inheritdoc/>
    public async Task RunAsync(IReadOnlyList<LaneTask> lanes, CancellationToken stop)
    {
        var wave = lanes[0].Status.Lane.Repartitioning is { } spread ? new SpreadWave(_plan, spread, _reader) : null;
        var prepared = new List<(LaneStatus Status, LaneWork Work)>(lanes.Count);
        foreach (var (status, range, topic) in lanes)
        {
            try
            {
                prepared.Add((status, await _works.PrepareAsync(status, range, topic, wave, stop).ConfigureAwait(false)));
            }
            catch (RestoreException failure)
            {
                status.End(LaneState.Failed, failure);
                wave?.Leave(status.Lane.Target.Partition);
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
                await new LaneRunner(work, status, _sinks, _limits).RunAsync(stop).ConfigureAwait(false);
            }
            finally
            {
                wave?.Leave(status.Lane.Target.Partition);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _targetReader.DisposeAsync();
}
