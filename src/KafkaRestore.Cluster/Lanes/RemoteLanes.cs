using System.Collections.Concurrent;
using System.Globalization;
using KafkaRestore.Cluster.Messages;
using KafkaRestore.Cluster.Silos;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Running;
using KafkaRestore.Records.Errors;
using Orleans.Runtime.Placement;

namespace KafkaRestore.Cluster.Lanes;

/// <summary>
/// The lanes of a run, carried out all over the cluster. Each is given to the silo with the most room, and given again when it falls silent: its state and the target say how far it came, and whoever had
/// it before cannot write any more.
/// </summary>
internal sealed class RemoteLanes : ILaneExecution
{
    // A silo reports each second.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SettleAfterStop = TimeSpan.FromSeconds(30);

    // Whoever had the lane before may have fenced it once more while it was on its way out.
    private const int MostFenced = 5;

    private readonly string _jobId;
    private readonly LaneRun _run;
    private readonly JobState _state;
    private readonly IGrainFactory _grains;
    private readonly SiloView _silos;
    private readonly CoordinatedRuns _runs;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<int, LaneGroup> _groups = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _balancing;
    private Action _placesChanged = static () => { };
    private volatile JobRates _rates;
    private volatile bool _isLeaving;

    /// <param name="jobId">The job.</param>
    /// <param name="term">Which of its coordinators this is.</param>
    /// <param name="run">The run.</param>
    /// <param name="rates">The limits that hold at first.</param>
    /// <param name="grains">The cluster.</param>
    /// <param name="silos">Its silos.</param>
    /// <param name="runs">Where reports find the run.</param>
    /// <param name="time">The clock.</param>
    public RemoteLanes(string jobId, long term, LaneRun run, JobRates rates, IGrainFactory grains, SiloView silos, CoordinatedRuns runs, TimeProvider time)
    {
        _jobId = jobId;
        Term = term;
        _run = run;
        _state = run.State ?? throw new ArgumentException("a cluster keeps the state of its jobs", nameof(run));
        _rates = rates;
        _grains = grains;
        _silos = silos;
        _runs = runs;
        _time = time;
        runs.Add(jobId, this);
        silos.Changed += SilosChanged;
        _balancing = BalanceAsync();
    }

    /// <summary>Which of the job's coordinators this is.</summary>
    public long Term { get; }

    /// <inheritdoc/>
    public int LanesTogether => _run.LanesTogether;

    /// <inheritdoc/>
    public int MostConcurrentPartitions => _run.MostConcurrentPartitions;

    /// <inheritdoc/>
    public Action PlacesChanged
    {
        set => _placesChanged = value;
    }

    /// <inheritdoc/>
    /// <remarks>A silo is what a process is elsewhere: each has as many.</remarks>
    public int PlacesFor(int maxConcurrentPartitions) => Math.Max(1, _silos.Open.Sum(silo => Math.Min(silo.MostLanes, maxConcurrentPartitions)));

    /// <inheritdoc/>
    public void Reserve(int places)
    {
        // Each silo has a budget of its own.
    }

    /// <inheritdoc/>
    public void ChangeRates(long? recordsPerSecond, long? bytesPerSecond) => _rates = new JobRates(recordsPerSecond, bytesPerSecond, _run.BrokerBytesPerSecond);

    /// <summary>Another silo is to go on coordinating: what runs is left at work.</summary>
    public void Leave() => _isLeaving = true;

    /// <summary>Hears how lanes stand in a silo.</summary>
    public SiloAnswer Hear(SiloReport report)
    {
        var known = new List<int>();
        var stop = new List<int>();
        foreach (var told in report.Lanes)
        {
            // One that is not asked for yet was begun for an earlier coordinator: it goes on until its turn comes.
            if (_groups.TryGetValue(told.First, out var group))
            {
                if (group.Hear(report.Silo, told, _time.GetTimestamp()) && told.HasEnded)
                {
                    known.Add(told.First);
                }

                if (group.IsToStop)
                {
                    stop.Add(told.First);
                }
            }
            else if (told.HasEnded)
            {
                known.Add(told.First);
            }
        }

        return new SiloAnswer(IsCoordinated: true, known, stop, _rates);
    }

    /// <inheritdoc/>
    public async Task RunAsync(IReadOnlyList<LaneTask> lanes, CancellationToken stop)
    {
        var orders = lanes.Select(lane => new LaneOrder(_state.NumberOf(lane.Status.Lane.Target), lane.Range.LogStart, lane.Range.End)).ToList();
        var group = new LaneGroup(orders, lanes);
        _groups[group.First] = group;
        try
        {
            for (var fenced = 0; !stop.IsCancellationRequested;)
            {
                if (await CarryOutAsync(group, stop).ConfigureAwait(false) is not { } ended)
                {
                    break;
                }

                if (ended.Any(static lane => lane.State == LaneState.Failed && lane.Failure?.Code == ErrorCodes.Fenced.Word) && ++fenced <= MostFenced)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
                else if (ended.All(static lane => lane.State != LaneState.Stopped) || stop.IsCancellationRequested)
                {
                    Settle(group, ended);
                    return;
                }

                group.Moved();
            }

            foreach (var lane in lanes)
            {
                lane.Status.End(LaneState.Stopped);
            }
        }
        finally
        {
            _groups.TryRemove(group.First, out _);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _silos.Changed -= SilosChanged;
        _runs.Remove(_jobId, this);
        await _ended.CancelAsync().ConfigureAwait(false);
        await _balancing.ConfigureAwait(false);
        _ended.Dispose();
    }

    /// <summary>Has lanes carried out once: until they have ended, wherever that was; null when they were stopped before.</summary>
    private async Task<IReadOnlyList<LaneReport>?> CarryOutAsync(LaneGroup group, CancellationToken stop)
    {
        var grain = _grains.GetGrain<ILaneGrain>(string.Create(CultureInfo.InvariantCulture, $"{_jobId}/{group.First}"));
        var command = Json<LaneCommand>.Of(new LaneCommand(_jobId, Term, _state.Stored.Id, group.Orders, _rates));
        long? stopped = null;
        group.Begin();
        while (!group.Ended.IsCompleted)
        {
            if (stop.IsCancellationRequested)
            {
                stopped ??= _time.GetTimestamp();
                if (_isLeaving || group.Silo is null || _time.GetElapsedTime(stopped.Value) > SettleAfterStop)
                {
                    return null;
                }

                group.IsToStop = true;
                await TryAsync(() => grain.StopAsync(Term)).ConfigureAwait(false);
            }
            else if (!group.IsHeardSince(_time.GetTimestamp(), Silence, _time) || group.Address is not { } address || !_silos.IsActive(address))
            {
                await StartAsync(group, grain, command).ConfigureAwait(false);
            }

            await Task.WhenAny(group.Ended, Task.Delay(Look, _time, CancellationToken.None)).ConfigureAwait(false);
        }

        return await group.Ended.ConfigureAwait(false);
    }

    private async Task StartAsync(LaneGroup group, ILaneGrain grain, Json<LaneCommand> command)
    {
        if (Choose() is not { } silo || _silos.AddressOf(silo.Address) is not { } address)
        {
            return; // no room anywhere: looked for again in a moment
        }

        group.Silo = silo.Name;
        group.Address = silo.Address;
        await TryAsync(async () =>
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, address);
            try
            {
                var answer = (await grain.StartAsync(command).ConfigureAwait(false)).Value;
                (group.Silo, group.Address) = answer.IsTaken ? (answer.Silo, answer.Address) : (null, null);
                if (answer.IsTaken)
                {
                    group.Heard(_time.GetTimestamp());
                }
            }
            catch
            {
                (group.Silo, group.Address) = (null, null);
                throw;
            }
            finally
            {
                RequestContext.Remove(IPlacementDirector.PlacementHintKey);
            }
        }).ConfigureAwait(false);
    }

    /// <summary>The silo with the most room; null when none has any.</summary>
    private SiloLoad? Choose()
    {
        var here = Here();
        return _silos.Open
            .Select(silo => (Silo: silo, Taken: here.GetValueOrDefault(silo.Name) + silo.Lanes.Where(job => job.Key != _jobId).Sum(static job => job.Value)))
            .Where(static choice => choice.Taken < choice.Silo.MostLanes)
            .OrderBy(static choice => (double)choice.Taken / choice.Silo.MostLanes).ThenBy(static choice => choice.Silo.Name, StringComparer.Ordinal)
            .FirstOrDefault().Silo;
    }

    private Dictionary<string, int> Here() => _groups.Values.Select(static group => group.Silo).OfType<string>().CountBy(static silo => silo).ToDictionary(StringComparer.Ordinal);

    private void Settle(LaneGroup group, IReadOnlyList<LaneReport> ended)
    {
        foreach (var (lane, report) in group.Lanes.Zip(ended))
        {
            _state.Settle(lane.Status, report, _run.Plan.BackupId);
        }
    }

    private void SilosChanged() => _placesChanged();

    /// <summary>A silo that has joined, or has ended its lanes, takes some over from the one with the most.</summary>
    private async Task BalanceAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.5), _time);
        var wasUneven = false;
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
            {
                var room = _silos.Open.Where(static silo => silo.Lanes.Values.Sum() < silo.MostLanes).Select(static silo => silo.Name).ToList();
                var moves = LaneBalance.Moves(room, [.. _groups.Values.Select(static group => new PlacedLane<LaneGroup>(group, group.Silo, group.IsAtWork, group.RecordsLeft))]);

                // Between two lanes a silo has room for a moment, which the next lane fills; only what is still so at the second look is worth a move.
                foreach (var group in wasUneven ? moves : [])
                {
                    await TryAsync(() => _grains.GetGrain<ILaneGrain>(string.Create(CultureInfo.InvariantCulture, $"{_jobId}/{group.First}")).StopAsync(Term)).ConfigureAwait(false);
                }

                wasUneven = !wasUneven && moves.Count > 0;
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    private static async Task TryAsync(Func<Task> call)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (Exception away) when (ClusterFailures.IsPassing(away))
        {
            // Asked again as long as it is due.
        }
    }
}
