using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Engine.Steering.Control;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Steering;

/// <summary>A run of a job on this machine, as another process sees it: who it is, which limits hold, and how they are changed.</summary>
public sealed class RunningJob
{
    // The run looks once a second; a busy machine may take longer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly IStateFiles _files;
    private readonly JobLocation _location;
    private readonly TimeProvider _time;
    private readonly ControlFiles _control;
    private readonly ControlledRun _run;

    private RunningJob(IStateFiles files, JobLocation location, TimeProvider time, LockHolder holder)
    {
        _files = files;
        _location = location;
        _time = time;
        _control = new ControlFiles(files, location);
        _run = ControlledRun.Of(holder);
        Holder = holder;
    }

    /// <summary>Who runs it.</summary>
    public LockHolder Holder { get; }

    /// <summary>The run that works on the job at a place.</summary>
    /// <exception cref="RestoreException">JOB_NOT_FOUND: there is no job. JOB_NOT_RUNNING: nobody works on it. STATE_UNWRITABLE: its folder cannot be used.</exception>
    public static RunningJob Find(JobLocation location, TimeProvider? time = null) => Find(location.Files, location, time ?? TimeProvider.System);

    internal static RunningJob Find(IStateFiles files, JobLocation location, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (!files.DirectoryExists(location.PartsDirectory))
        {
            throw new RestoreException(ErrorCodes.JobNotFound, "no restore has begun whose state would be there", location.SummaryFile);
        }

        return JobLock.FindHolder(files, location) is { } holder
            ? new RunningJob(files, location, time, holder)
            : throw new RestoreException(ErrorCodes.JobNotRunning, "no run works on this job", location.SummaryFile);
    }

    /// <summary>The limits that hold.</summary>
    /// <exception cref="RestoreException">JOB_NOT_RUNNING: it has ended, or does not say. STATE_UNWRITABLE.</exception>
    public async Task<RunLimits> ReadLimitsAsync(CancellationToken cancellationToken) =>
        (await AnswerAsync(0, "has not said which limits hold", "It may still be checking, before its first record.", cancellationToken).ConfigureAwait(false)).Limits;

    /// <summary>Asks for other limits and waits for the answer.</summary>
    /// <returns>The limits before and after.</returns>
    /// <exception cref="RestoreException">
    /// CONFIG_INVALID: the run refused. JOB_NOT_RUNNING: it has ended, or does not answer. JOB_LOCKED: someone else asks at this moment. STATE_UNWRITABLE.
    /// </exception>
    public async Task<(RunLimits Before, RunLimits After)> ChangeLimitsAsync(LimitsRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var alone = _control.TryLock()
            ?? throw new RestoreException(ErrorCodes.JobLocked, "another process asks this run for other limits at this moment", _location.SummaryFile, "Ask again when it has been answered.");
        var number = Math.Max(LastRequest(), _control.ReadAnswer() is { } last && last.Run == _run ? last.Request : 0) + 1;
        _control.WriteRequest(new ControlRequest
        {
            Format = ControlFormat.Name,
            FormatVersion = ControlFormat.Version,
            Request = number,
            Run = _run,
            Limits = ControlFormat.LimitsOf(request),
        });
        var answer = await AnswerAsync(
            number,
            "has not answered",
            $"It may still be checking, before its first record, or stand still. It obeys when it comes to it; to take the request back, remove {_control.RequestPath}.",
            cancellationToken).ConfigureAwait(false);
        return answer.Refused is { } refused
            ? throw new RestoreException(ErrorCodes.ConfigInvalid, refused.What, refused.Where, refused.Hint)
            : (answer.Before, answer.Limits);
    }

    /// <summary>Number of the request that stands there, answered or not; 0 for none of this run.</summary>
    private long LastRequest()
    {
        try
        {
            return _control.ReadRequest() is { } content && ControlFormat.ReadRequest(content) is var request && request.Run == _run ? request.Request : 0;
        }
        catch (StateDamage)
        {
            return 0;
        }
    }

    private async Task<ControlAnswer> AnswerAsync(long request, string otherwise, string hint, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            // Before the answer is looked for: one that was given last of all stays when the run has ended.
            var runs = JobLock.ReadHolder(_files, _location) is { } holder && ControlledRun.Of(holder) == _run;
            if (_control.ReadAnswer() is { } answer && answer.Run == _run && answer.Request >= request)
            {
                return answer;
            }

            if (!runs)
            {
                throw new RestoreException(ErrorCodes.JobNotRunning, "the run has ended meanwhile", _location.SummaryFile);
            }

            if (_time.GetElapsedTime(started) >= Patience)
            {
                throw new RestoreException(ErrorCodes.JobNotRunning, $"process {_run.ProcessId} works on this job and {otherwise} within {Patience.TotalSeconds:0} s", _location.SummaryFile, hint);
            }

            await Task.Delay(Interval, _time, cancellationToken).ConfigureAwait(false);
        }
    }
}
