using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Serving;

/// <summary>One run of a job of a service: the course of a restore, with the service as its audience.</summary>
/// <param name="record">The job.</param>
/// <param name="parts">What all jobs share.</param>
/// <param name="say">Hears of every line.</param>
/// <param name="tell">Is given, about once a second, what makes a job's picture of how far it is.</param>
/// <param name="began">Hears that the job's own state is begun, and of the limits that hold.</param>
internal sealed class ServedRun(ServedJobRecord record, ServedParts parts, Action<LogLine> say, Action<Func<JobInfo, JobInfo>> tell, Action<JobLimits> began) : IRestoreAudience
{
    private const int MostProblems = 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<string> _problems = [];
    private volatile ServedProgress? _progress;
    private volatile JobProgress? _sampled;
    private volatile JobLocation? _place;
    private RunLimits? _limits;

    /// <inheritdoc/>
    public string HowToGoOn => "Resume the job to go on.";

    /// <summary>Where its state is; null before it is open.</summary>
    public JobLocation? Place => _place;

    /// <summary>The limits that it begins with.</summary>
    public RunLimits Limits => _limits!;

    /// <summary>The job.</summary>
    public string JobId => record.Job.Id;

    /// <summary>How far it is; null before the first record.</summary>
    public JobProgress? Progress => _sampled;

    /// <summary>How far it came; null where it never wrote.</summary>
    public JobProgress? Ended => _progress?.Ended();

    /// <summary>Lanes at work.</summary>
    public int RunningLanes => _progress?.RunningLanes ?? 0;

    /// <summary>How its lanes stand; null before the first record.</summary>
    public IReadOnlyList<LaneInfo>? Lanes => _progress?.Lanes(parts.Name);

    /// <summary>What became of its consumer groups; null where nothing is known.</summary>
    public GroupCounts? Groups { get; private set; }

    /// <summary>What went wrong, the first of it.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_gate)
            {
                return [.. _problems];
            }
        }
    }

    /// <summary>Runs it; never throws.</summary>
    public async Task<ExitCode> RunAsync(CancellationToken stop)
    {
        try
        {
            var document = parts.Folders.ReadDocument(record.Job.Id);
            var configuration = parts.ConfigurationOf(record.Job.Id, document, record.Again, record.Adopt, record.Purge);
            _limits = RunLimits.Of(configuration.Options.Execution);
            var workers = new Workers(
                parts.Lanes is { } lanes ? run => lanes(this, run) : null,
                parts.Groups is { } groups ? (place, target, hear) => groups(JobId, place.SnapshotFolder, target, hear) : null);
            return record.Job.Kind == JobKind.OffsetReset
                ? await ResetAsync(new OffsetResetFlow(configuration, parts.ContextOf(Hear), workers), stop).ConfigureAwait(false)
                : await new RestoreFlow(configuration, parts.ContextOf(Hear, JobId), this, workers).RunAsync(stop).ConfigureAwait(false);
        }
        catch (SubmissionRefused refused)
        {
            foreach (var finding in refused.Findings)
            {
                Hear(LineLevel.Error, $"{finding.Code}: {finding.What}{(finding.Where is null ? "" : $" ({finding.Where})")}. {finding.Hint}");
            }

            return refused.Reason.Code.Exit;
        }
        catch (RestoreException failure)
        {
            Hear(new LogLine(LineLevel.Error, failure.Describe()) { Failure = failure });
            return failure.Code.Exit;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Stopped;
        }
        catch (Exception defect)
        {
            Hear(LineLevel.Error, new RestoreException(ErrorCodes.Internal, $"{defect.GetType().Name}: {defect.Message}").Describe());
            parts.Log.Defect(defect);
            return ExitCode.Unexpected;
        }
    }

    /// <inheritdoc/>
    public void Opened(JobLocation place)
    {
        _place = place;
        began(new JobLimits(_limits!.RecordsPerSecond, _limits.BytesPerSecond, _limits.MaxConcurrentPartitions));
    }

    /// <inheritdoc/>
    public async Task<RestoreReport> WatchAsync(Task<RestoreReport> run, RestoreProgress progress)
    {
        var served = new ServedProgress(progress, parts.Time);
        var log = parts.ContextOf(Hear).Log;
        _progress = served;
        Sample();
        try
        {
            return await Ticker.DuringAsync(run, Interval, Sample, parts.Time).ConfigureAwait(false);
        }
        finally
        {
            served.TellNews(log);
            try
            {
                parts.Folders.WriteLanes(record.Job.Id, served.Lanes(parts.Name));
            }
            catch (RestoreException unsaved)
            {
                Hear(LineLevel.Warning, unsaved.Describe());
            }
        }

        void Sample()
        {
            served.TellNews(log);
            _sampled = served.Sample();
            tell(job => job with { Progress = _sampled });
        }
    }

    /// <inheritdoc/>
    public void Report(RestoreReport report)
    {
        foreach (var error in report.Errors)
        {
            Hear(LineLevel.Error, error);
        }

        Groups = report.ConsumerGroups is { } groups ? Of(groups) : null;
        parts.Folders.WriteReport(record.Job.Id, report);
    }

    /// <inheritdoc/>
    public void Finished(JobSummary summary, string file) => parts.Folders.WriteReport(record.Job.Id, summary);

    private static GroupCounts Of(ConsumerGroupsReport report)
    {
        var reset = report.Groups.Count(static group => group.State is ConsumerGroupState.Reset or ConsumerGroupState.ResetBefore);
        return new GroupCounts(reset, report.Groups.Count - reset);
    }

    private async Task<ExitCode> ResetAsync(OffsetResetFlow flow, CancellationToken stop)
    {
        if (await flow.RunAsync(JobId, stop).ConfigureAwait(false) is not { } report)
        {
            return ExitCode.Refused;
        }

        GroupsText.Log(report, parts.ContextOf(Hear).Log);
        Groups = Of(report);
        parts.Folders.WriteReport(JobId, report);
        return report.IsDone ? ExitCode.Done : stop.IsCancellationRequested ? ExitCode.Stopped : ExitCode.Partial;
    }

    private void Hear(LineLevel level, string text) => Hear(new LogLine(level, text));

    private void Hear(LogLine line)
    {
        if (line.Level == LineLevel.Error)
        {
            lock (_gate)
            {
                if (_problems.Contains(line.Text, StringComparer.Ordinal))
                {
                    return; // said when it happened, and again in the report
                }

                if (_problems.Count < MostProblems)
                {
                    _problems.Add(line.Text);
                }
            }
        }

        say(line);
    }
}
