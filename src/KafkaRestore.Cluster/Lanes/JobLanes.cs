using KafkaRestore.Cluster.Limits;
using KafkaRestore.Cluster.Messages;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Running;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cluster.Lanes;

/// <summary>The lanes of one job in this silo: one worker for all of them, opened by the first. Thread-safe.</summary>
internal sealed class JobLanes(string jobId, WorkerFactory workers, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Here> _lanes = [];
    private readonly CancellationTokenSource _closing = new();
    private Task<JobWorker>? _worker;
    private JobRates _rates = JobRates.None;
    private long _idleSince = time.GetTimestamp();
    private readonly RateUse _records = new(time);
    private readonly RateUse _bytes = new(time);
    private long _recordsEnded;
    private long _bytesEnded;

    /// <summary>The job.</summary>
    public string JobId => jobId;

    /// <summary>Whether it has a share of the limits, or was told that there are none.</summary>
    public bool HasLease { get; private set; }

    /// <summary>Groups of lanes at work.</summary>
    public int AtWork
    {
        get
        {
            lock (_gate)
            {
                return _lanes.Values.Count(static lane => !lane.HasEnded);
            }
        }
    }

    /// <summary>Whether nothing is at work, and every end is known.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _lanes.Count == 0;
            }
        }
    }

    /// <summary>For how long.</summary>
    public TimeSpan IdleFor => IsIdle ? time.GetElapsedTime(Interlocked.Read(ref _idleSince)) : TimeSpan.Zero;

    /// <summary>Completes when all that are at work now have ended.</summary>
    public Task Ended
    {
        get
        {
            lock (_gate)
            {
                return Task.WhenAll(_lanes.Values.Select(static lane => lane.Ended));
            }
        }
    }

    /// <summary>How all of them stand.</summary>
    public IReadOnlyList<LaneGroupReport> Reports
    {
        get
        {
            lock (_gate)
            {
                return [.. _lanes.Values.Select(static lane => lane.Report())];
            }
        }
    }

    /// <summary>Whether a lane is at work.</summary>
    public bool Has(int first)
    {
        lock (_gate)
        {
            return _lanes.TryGetValue(first, out var lane) && !lane.HasEnded;
        }
    }

    /// <summary>Takes lanes, or lets them go on where they are at work.</summary>
    /// <returns>When they have ended.</returns>
    public Task Start(LaneCommand command)
    {
        lock (_gate)
        {
            var first = command.Lanes[0].Lane;
            if (_lanes.TryGetValue(first, out var known) && !known.HasEnded)
            {
                known.Term = Math.Max(known.Term, command.Term);
                return known.Ended;
            }

            // The end of an earlier attempt is of no more use: whoever asks again knows nothing of it.
            var here = new Here(command, _closing.Token);
            _lanes[first] = here;
            here.Ended = Task.Run(() => RunAsync(here), CancellationToken.None);
            return here.Ended;
        }
    }

    /// <summary>Stops lanes, unless a later coordinator has asked for them.</summary>
    public void Stop(int first, long term)
    {
        lock (_gate)
        {
            if (_lanes.TryGetValue(first, out var lane) && lane.Term <= term)
            {
                lane.Stop();
            }
        }
    }

    /// <summary>Stops all; none begins any more.</summary>
    public void StopAll() => _closing.Cancel();

    /// <summary>Their ends are known.</summary>
    public void Forget(IEnumerable<int> known)
    {
        lock (_gate)
        {
            foreach (var first in known)
            {
                if (_lanes.TryGetValue(first, out var lane) && lane.HasEnded)
                {
                    _lanes.Remove(first);
                    foreach (var report in lane.Report().Reports)
                    {
                        _recordsEnded += report.Acknowledged - report.RestoredBefore;
                        _bytesEnded += report.AcknowledgedBytes - report.RestoredBytesBefore;
                    }

                    lane.Dispose();
                    Interlocked.Exchange(ref _idleSince, time.GetTimestamp());
                }
            }
        }
    }

    /// <summary>Changes this silo's share of the limits.</summary>
    public void ChangeRates(JobRates share)
    {
        Task<JobWorker>? worker;
        lock (_gate)
        {
            HasLease = true;
            if (_rates == share)
            {
                return;
            }

            _rates = share;
            worker = _worker;
        }

        if (worker is { IsCompletedSuccessfully: true })
        {
            worker.Result.Lanes.ChangeRates(share.RecordsPerSecond, share.BytesPerSecond, share.BrokerBytesPerSecond);
        }
    }

    /// <summary>Records and bytes a second that its lanes have sent lately; nulls while it is too early to say.</summary>
    public (double? Records, double? Bytes) Used()
    {
        lock (_gate)
        {
            var reports = _lanes.Values.SelectMany(static lane => lane.Report().Reports).ToList();
            return (
                _records.Take(_recordsEnded + reports.Sum(static lane => lane.Acknowledged - lane.RestoredBefore)),
                _bytes.Take(_bytesEnded + reports.Sum(static lane => lane.AcknowledgedBytes - lane.RestoredBytesBefore)));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_worker is { IsCompletedSuccessfully: true } worker)
        {
            await worker.Result.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync(Here here)
    {
        try
        {
            var worker = await WorkerAsync(here.Command).ConfigureAwait(false);
            here.Work = await worker.Lanes.BeginAsync(here.Command.Lanes, here.Stopping).ConfigureAwait(false);
            await here.Work.Ended.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (here.Stopping.IsCancellationRequested)
        {
            // Before it began.
        }
        catch (RestoreException failure)
        {
            here.Failure = failure;
        }
        catch (Exception defect)
        {
            here.Failure = new RestoreException(ErrorCodes.Internal, $"{defect.GetType().Name}: {defect.Message}", jobId, inner: defect);
        }
        finally
        {
            here.HasEnded = true;
        }
    }

    /// <summary>One that could not be opened is opened anew by the next lane.</summary>
    private async Task<JobWorker> WorkerAsync(LaneCommand command)
    {
        Task<JobWorker> worker;
        lock (_gate)
        {
            if (_worker is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _worker = Task.Run(() => workers.OpenAsync(command, _closing.Token));
            }

            worker = _worker;
        }

        var opened = await worker.ConfigureAwait(false);
        JobRates rates;
        lock (_gate)
        {
            rates = _rates;
        }

        opened.Lanes.ChangeRates(rates.RecordsPerSecond, rates.BytesPerSecond, rates.BrokerBytesPerSecond);
        return opened;
    }

    /// <summary>Lanes that run together in this silo.</summary>
    private sealed class Here(LaneCommand command, CancellationToken closing) : IDisposable
    {
        private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(closing);
        private volatile bool _hasEnded;
        private volatile LaneWorker.LanesAtWork? _work;
        private volatile RestoreException? _failure;

        public LaneCommand Command => command;

        public long Term { get; set; } = command.Term;

        public CancellationToken Stopping => _stopping.Token;

        public Task Ended { get; set; } = Task.CompletedTask;

        public bool HasEnded
        {
            get => _hasEnded;
            set => _hasEnded = value;
        }

        public LaneWorker.LanesAtWork? Work
        {
            get => _work;
            set => _work = value;
        }

        public RestoreException? Failure
        {
            get => _failure;
            set => _failure = value;
        }

        public void Stop() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();

        public LaneGroupReport Report()
        {
            var hasEnded = HasEnded;
            var reports = Work?.Reports ?? [.. command.Lanes.Select(static lane => new LaneReport { Lane = lane.Lane, State = LaneState.Waiting })];
            if (hasEnded && Failure is { } failure)
            {
                reports = [.. reports.Select(report => report with { State = LaneState.Failed, Failure = LaneFailure.Of(failure) })];
            }
            else if (hasEnded)
            {
                // One that was stopped before it began has done nothing.
                reports = [.. reports.Select(static report => report.State is LaneState.Waiting or LaneState.Running ? report with { State = LaneState.Stopped } : report)];
            }

            return new LaneGroupReport(command.Lanes[0].Lane, hasEnded, reports);
        }
    }
}
