using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Serving;

/// <summary>One job of a service in this process: what it is, what is asked of it, and its runs one after the other. Thread-safe.</summary>
internal sealed class ServedJob
{
    private readonly Lock _gate = new();
    private readonly ServedParts _parts;
    private readonly JobEvents _events;
    private ServedJobRecord _record;
    private CancellationTokenSource? _run;
    private JobState? _asked;
    private ServedRun? _now;

    /// <param name="record">The job as it is kept.</param>
    /// <param name="parts">What all jobs share.</param>
    public ServedJob(ServedJobRecord record, ServedParts parts)
    {
        _record = record;
        _parts = parts;
        _events = new JobEvents(parts.Time.GetUtcNow().ToUnixTimeMilliseconds(), parts.Time);
    }

    /// <summary>The job as it is kept.</summary>
    public ServedJobRecord Record
    {
        get
        {
            lock (_gate)
            {
                return _record;
            }
        }
    }

    /// <summary>The job as it stands.</summary>
    public JobInfo Info
    {
        get
        {
            lock (_gate)
            {
                return _now is { Progress: { } progress } ? _record.Job with { Progress = progress } : _record.Job;
            }
        }
    }

    /// <summary>Lanes at work.</summary>
    public int RunningLanes => Volatile.Read(ref _now)?.RunningLanes ?? 0;

    /// <summary>How its lanes stand, or ended.</summary>
    public IReadOnlyList<LaneInfo> Lanes => Volatile.Read(ref _now)?.Lanes ?? _parts.Folders.ReadLanes(_record.Job.Id);

    /// <summary>Listens to it; see <see cref="IRestoreService.EventsAsync"/>.</summary>
    public IAsyncEnumerable<JobEvent> ListenAsync(long? after, CancellationToken cancellationToken) => _events.ListenAsync(after, () => Info, cancellationToken);

    /// <summary>Lets it stand still.</summary>
    public JobInfo Pause() => Ask(state => state switch
    {
        JobState.Queued => JobState.Paused,
        JobState.Running => JobState.Pausing,
        JobState.Pausing or JobState.Paused => null,
        _ => throw Ended(state, "paused"),
    });

    /// <summary>Ends it.</summary>
    public JobInfo Cancel() => Ask(state => state switch
    {
        JobState.Queued or JobState.Paused => JobState.Cancelled,
        JobState.Running or JobState.Pausing => JobState.Cancelling,
        JobState.Cancelling or JobState.Cancelled => null,
        _ => throw Ended(state, "cancelled"),
    });

    /// <summary>Lets it go on; whoever calls gives it a place in the queue when it says so.</summary>
    public (JobInfo Job, bool IsQueued) Resume()
    {
        lock (_gate)
        {
            switch (_record.Job.State)
            {
                case JobState.Queued or JobState.Running:
                    return (Info, false);
                case JobState.Done:
                    throw Ended(JobState.Done, "resumed");
                case JobState.Pausing or JobState.Cancelling:
                    _asked = JobState.Queued; // as soon as it has settled
                    return (Info, false);
                default:
                    Keep(_record.Job with { State = JobState.Queued, EndedAt = null });
                    return (Info, true);
            }
        }
    }

    /// <summary>Changes the limits of its run.</summary>
    /// <exception cref="RestoreException">JOB_NOT_RUNNING; CONFIG_INVALID.</exception>
    public async Task<LimitsChanged> ChangeLimitsAsync(LimitsRequest request, CancellationToken cancellationToken)
    {
        var place = Volatile.Read(ref _now)?.Place ?? throw new RestoreException(
            ErrorCodes.JobNotRunning, "the job does not run, or is still being checked", _record.Job.Id, "The limits that it begins with stand in its configuration.");
        var (before, after) = await RunningJob.Find(place, _parts.Time).ChangeLimitsAsync(request, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            Keep(_record.Job with { Limits = Of(after) });
        }

        return new LimitsChanged(Of(before), Of(after));
    }

    /// <summary>Runs it as long as there is anything to run; never throws. One job's defect must not take the place of all that wait.</summary>
    public async Task WorkAsync(CancellationToken closing)
    {
        try
        {
            while (await RunAsync(closing).ConfigureAwait(false))
            {
                // Resumed while it was settling.
            }
        }
        catch (RestoreException unsaved)
        {
            // Its record could not be written, so it was not begun.
            _parts.Log.Failure(unsaved);
            FailToBegin(unsaved);
        }
        catch (Exception defect)
        {
            _parts.Log.Defect(defect);
            FailToBegin(new RestoreException(ErrorCodes.Internal, $"{defect.GetType().Name}: {defect.Message}"));
        }
    }

    /// <summary>Runs it once, if it is queued.</summary>
    /// <param name="closing">The service ends: the run stops, and goes on when the service is there again.</param>
    /// <returns>Whether it is to run once more: it was resumed while it was settling.</returns>
    private async Task<bool> RunAsync(CancellationToken closing)
    {
        ServedRun run;
        CancellationTokenSource stop;
        lock (_gate)
        {
            if (_record.Job.State != JobState.Queued || closing.IsCancellationRequested)
            {
                return false;
            }

            stop = CancellationTokenSource.CreateLinkedTokenSource(closing);
            (_run, _asked) = (stop, null);
            Keep(_record.Job with { State = JobState.Running, StartedAt = _parts.Time.GetUtcNow(), EndedAt = null, ExitCode = null, Problems = [], Limits = null });
            run = new ServedRun(_record, _parts, Say, progress => _events.Tell(JobEventKind.Progress, progress(_record.Job)), Began);
            _now = run;
        }

        var exit = await run.RunAsync(stop.Token).ConfigureAwait(false);
        lock (_gate)
        {
            (_now, _run) = (null, null);
            stop.Dispose();
            return End(run, exit, closing.IsCancellationRequested);
        }
    }

    /// <summary>It could not be run, and that could not be kept; it can be resumed.</summary>
    private void FailToBegin(RestoreException why)
    {
        lock (_gate)
        {
            (_now, _run) = (null, null);
            _record = _record with { Job = _record.Job with { State = JobState.Failed, EndedAt = _parts.Time.GetUtcNow(), ExitCode = (int)why.Code.Exit, Problems = [why.Describe()], Limits = null } };
            _events.Tell(JobEventKind.State, _record.Job);
        }
    }

    private static JobLimits Of(RunLimits limits) => new(limits.RecordsPerSecond, limits.BytesPerSecond, limits.MaxConcurrentPartitions);

    private static RestoreException Ended(JobState state, string what) =>
        new(ErrorCodes.JobNotRunning, $"the job is {state.ToString().ToLowerInvariant()} and cannot be {what}", hint: state == JobState.Done ? "Submit it with --again to restore once more." : "Resume it first.");

    private bool End(ServedRun run, ExitCode exit, bool closing)
    {
        var state = exit switch
        {
            ExitCode.Done => JobState.Done,
            ExitCode.Stopped when _asked is JobState.Queued || (_asked is null && closing) => JobState.Queued,
            ExitCode.Stopped => _asked == JobState.Cancelled ? JobState.Cancelled : JobState.Paused,
            ExitCode.Partial => JobState.Partial,
            ExitCode.Refused or ExitCode.Usage => JobState.Refused,
            _ => JobState.Failed,
        };
        var isAgain = state == JobState.Queued && !closing;
        var job = _record.Job with
        {
            State = state,
            EndedAt = _parts.Time.GetUtcNow(),
            ExitCode = state == JobState.Queued ? null : (int)exit,
            Problems = state == JobState.Queued ? [] : run.Problems,
            Progress = run.Ended ?? _record.Job.Progress,
            Groups = run.Groups ?? _record.Job.Groups,
            Limits = null,
        };
        try
        {
            _record = _record with { Adopt = _record.Adopt && exit != ExitCode.Done };
            Keep(job);
        }
        catch (RestoreException unsaved)
        {
            // The engine's own state says how far it is; who starts the service again finds it there.
            _record = _record with { Job = job with { Problems = [.. job.Problems, unsaved.Describe()] } };
            _events.Tell(JobEventKind.State, _record.Job);
        }

        return isAgain;
    }

    private JobInfo Ask(Func<JobState, JobState?> next)
    {
        lock (_gate)
        {
            if (next(_record.Job.State) is { } state)
            {
                Keep(_record.Job with { State = state, EndedAt = state.HasEnded() ? _parts.Time.GetUtcNow() : _record.Job.EndedAt });
                _asked = state switch { JobState.Pausing => JobState.Paused, JobState.Cancelling => JobState.Cancelled, _ => _asked };
                _run?.Cancel();
            }
            else if (_asked == JobState.Queued)
            {
                // Resumed and stopped again before it had settled.
                _asked = _record.Job.State == JobState.Cancelling ? JobState.Cancelled : JobState.Paused;
            }

            return Info;
        }
    }

    /// <summary>What another process would begin again must not be begun twice.</summary>
    private void Began(JobLimits limits)
    {
        lock (_gate)
        {
            _record = _record with { Again = false };
            Keep(_record.Job with { Limits = limits });
        }
    }

    private void Say(LogLine line)
    {
        _events.Tell(JobEventKind.Message, level: line.LevelWord, text: line.Text);
        _parts.Log.OfJob(_record.Job.Id, line);
    }

    /// <summary>Makes it durable, then tells of it.</summary>
    private void Keep(JobInfo job)
    {
        var was = _record.Job.State;
        var record = _record with { Job = job };
        _parts.Folders.Save(record);
        _record = record;
        if (was != job.State)
        {
            _events.Tell(JobEventKind.State, Info);
            _parts.Log.OfJob(job.Id, new LogLine(LineLevel.Info, $"{job.State.ToString().ToLowerInvariant()}{(job.Problems.Count > 0 ? $": {job.Problems[0]}" : "")}"), isState: true);
        }
    }
}
