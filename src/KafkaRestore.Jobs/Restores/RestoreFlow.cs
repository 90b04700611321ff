using System.Globalization;
using KafkaRestore.Configuration;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Preparation;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Restores;

/// <summary>The course of one restore: plan, open the state, check, write, report.</summary>
/// <param name="configuration">What is restored, and how.</param>
/// <param name="context">Log and clock.</param>
/// <param name="audience">Is told of it.</param>
/// <param name="workers">Who carries the work out; null: this process does.</param>
internal sealed class RestoreFlow(
    RestoreConfiguration configuration, JobContext context, IRestoreAudience audience, Workers? workers = null)
{
    private readonly ConsoleLog _log = context.Log;

    /// <summary>Runs it.</summary>
    /// <param name="stop">Stops the run; the report then says what was done.</param>
    public async Task<ExitCode> RunAsync(CancellationToken stop)
    {
        var offsets = OffsetReportFile.Of(configuration);
        var parts = new RestoreParts();
        try
        {
            parts.Open(configuration, context, workers);
            _log.Info($"archive at {parts.Storage.Properties.Location}");
            var job = parts.Job;
            var (plan, preflight) = await OpenAsync(job, stop).ConfigureAwait(false);
            if (job.State is { } opened)
            {
                _log.Job = opened.Stored.Id;
                audience.Opened(opened.Stored.Location);
            }

            if (preflight is null)
            {
                var finished = await PutBackAsync(job, await FinishedAsync(job.State!, plan, parts.Groups, stop).ConfigureAwait(false), stop).ConfigureAwait(false);
                return await WriteOffsetsAsync(offsets, job.State!, finished).ConfigureAwait(false);
            }

            preflight = await ExtendAsync(parts, preflight, plan, stop).ConfigureAwait(false);
            var (report, exit) = await RunAsync(job, plan, preflight, parts.Groups, stop).ConfigureAwait(false);
            exit = Publish(report, exit);
            if (job.State is { } state && preflight.Passed)
            {
                exit = await WriteOffsetsAsync(offsets, state, exit).ConfigureAwait(false);
            }

            if (report.Status is RestoreStatus.Stopped or RestoreStatus.Partial && job.State?.Stored.Summary.Status != JobStatus.Done)
            {
                _log.Message(audience.HowToGoOn);
            }

            return exit;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new RestoreException(ErrorCodes.Stopped, "stopped before the first record; nothing was written", hint: audience.HowToGoOn);
        }
        finally
        {
            await parts.CloseAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>As far as the check before the first write, and back: what it found; null where the job is finished already. At most the state of a new job is begun.</summary>
    public async Task<IReadOnlyList<Finding>?> CheckAsync(CancellationToken stop)
    {
        var parts = new RestoreParts();
        try
        {
            parts.Open(configuration, context, workers);
            var (plan, preflight) = configuration.Options.State is { Again: true }
                ? await CheckAnewAsync(parts.Job, stop).ConfigureAwait(false)
                : await OpenAsync(parts.Job, stop).ConfigureAwait(false);
            return preflight is null ? null : (await ExtendAsync(parts, preflight, plan, stop).ConfigureAwait(false)).Findings;
        }
        finally
        {
            await parts.CloseAsync(stop).ConfigureAwait(false);
        }
    }

    private static async Task<PreflightResult> ExtendAsync(RestoreParts parts, PreflightResult preflight, RestorePlan plan, CancellationToken stop) =>
        parts.Groups is { } groups ? await groups.ExtendAsync(preflight, plan, parts.Job.State is { } state ? GroupsPlace.Of(state.Stored) : null, stop).ConfigureAwait(false) : preflight;

    /// <summary>Plans, opens the job's state and checks; no preflight means that the job is finished.</summary>
    private async Task<(RestorePlan Plan, PreflightResult? Preflight)> OpenAsync(RestoreJob job, CancellationToken stop)
    {
        var plan = await job.PlanAsync(stop).ConfigureAwait(false);
        _log.Info($"plan {plan.Hash}: {plan.Lanes.Count} lanes, {plan.SegmentCount} segments, {plan.RecordCount} records");
        if (configuration.Options.State is { Again: true })
        {
            // What is there ends only when the new job may begin.
            var first = await job.CheckAsync(plan, stop).ConfigureAwait(false);
            return (first.Passed ? await job.OpenAsync(plan, stop).ConfigureAwait(false) : plan, first);
        }

        try
        {
            plan = await job.OpenAsync(plan, stop).ConfigureAwait(false);
        }
        catch (RestoreException failure) when (failure.Code == ErrorCodes.TargetUnreachable || failure.Code == ErrorCodes.TargetDenied)
        {
            // The check lists it with all else that is wrong.
        }

        if (job.State is { IsFinished: true, Stored.Opening: not JobOpening.New })
        {
            return (plan, null);
        }

        return (plan, await job.CheckAsync(plan, stop).ConfigureAwait(false));
    }

    private static async Task<(RestorePlan Plan, PreflightResult? Preflight)> CheckAnewAsync(RestoreJob job, CancellationToken stop)
    {
        var plan = await job.PlanAsync(stop).ConfigureAwait(false);
        return (plan, await job.CheckAsync(plan, stop).ConfigureAwait(false));
    }

    private async Task<ExitCode> FinishedAsync(JobState job, RestorePlan plan, RestoreGroups? groups, CancellationToken stop)
    {
        var stored = job.Stored;
        if (stored.Summary.Status != JobStatus.Done)
        {
            // The run that did the rest was killed before it could say so.
            stored.Complete();
        }

        var (summary, file) = (stored.Summary, FileOf(stored));
        _log.Message(
            $"this restore is finished since {Show.Time(summary.LastCheckpointTime)}: {Show.Count(summary.RecordsRestored, "record")} restored{(summary.RecordsSkipped == 0 ? "" : $", {Show.Count(summary.RecordsSkipped)} left out")}; nothing was written now. " +
            $"Its state is {file}; --again makes a new job of it.");
        audience.Finished(summary, file);
        var isWhole = summary.Skips == 0;
        if (groups is not null)
        {
            if (await groups.FinishAsync(plan, GroupsPlace.Of(stored), stop).ConfigureAwait(false) is not { } report)
            {
                return ExitCode.Refused;
            }

            GroupsText.Log(report, _log);
            isWhole &= report.IsDone;
        }

        return isWhole ? ExitCode.Done : ExitCode.Partial;
    }

    /// <summary>A job that is done may have died before it put back what it had set aside.</summary>
    private async Task<ExitCode> PutBackAsync(RestoreJob job, ExitCode exit, CancellationToken stop)
    {
        var pending = PendingSettings.Read(job.State!.Stored.Location);
        if (pending.Count == 0)
        {
            return exit;
        }

        if (configuration.Options.Preparation.PutBack == SettingsPutBack.OnRequest)
        {
            _log.Message($"settings of {Show.Count(pending.Count, "topic")} are still set aside, as asked; `kafka-restore apply-pending` puts them back");
            return exit;
        }

        _log.Message($"settings of {Show.Count(pending.Count, "topic")} are still set aside; they are put back now");
        var outcome = await job.PutBackAsync(stop).ConfigureAwait(false);
        PreparationText.Log(outcome, _log);
        return exit == ExitCode.Done && outcome.Failures.Count > 0 ? ExitCode.Partial : exit;
    }

    private string FileOf(StoredJob stored) => PlaceOf(stored).SummaryFile;

    private JobLocation PlaceOf(StoredJob stored) => stored.Location;

    private async Task<ExitCode> WriteOffsetsAsync(OffsetReportFile? offsets, JobState job, ExitCode exit)
    {
        var written = offsets is null ? ExitCode.Done : await offsets.WriteAsync(PlaceOf(job.Stored), context).ConfigureAwait(false);
        return exit == ExitCode.Done ? written : exit;
    }

    private async Task<(RestoreReport Report, ExitCode Exit)> RunAsync(RestoreJob job, RestorePlan plan, PreflightResult preflight, RestoreGroups? groups, CancellationToken stop)
    {
        if (preflight.Cluster is { } cluster)
        {
            _log.Info($"connected to cluster {cluster.ClusterId ?? "without an id"} ({Show.Count(cluster.Brokers, "broker")}) by {cluster.Connection}");
        }

        foreach (var finding in preflight.Findings)
        {
            Tell(finding);
        }

        if (!preflight.Passed)
        {
            var errors = preflight.Findings.Count(finding => finding.Severity == Severity.Error);
            _log.Error($"{ErrorCodes.PreflightFailed}: {Show.Count(errors, "error")} before the first write; nothing was written");
            return (job.Refuse(plan, preflight), ExitCode.Refused);
        }

        Tell(job.State!);

        var progress = new RestoreProgress(plan, context.Time);
        var allocated = GC.GetTotalAllocatedBytes();
        var run = job.RunAsync(plan, preflight, progress, stop);
        run = groups is null ? run : groups.FollowAsync(run, plan, progress, stop);
        var report = await audience.WatchAsync(context.Metrics?.FollowAsync(job.State?.Stored.Id, progress, run) ?? run, progress).ConfigureAwait(false);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        _log.Info(string.Create(
            CultureInfo.InvariantCulture,
            $"this process: {Environment.CpuUsage.TotalTime.TotalSeconds:0.0} s of CPU; {allocated >> 10} KiB allocated while writing, {(double)allocated / Math.Max(1, progress.Records):0.00} bytes for each record"));
        return (report, ExitOf(report, progress));
    }

    /// <summary>From where the run goes on, and what a person should know of its state.</summary>
    private void Tell(JobState job)
    {
        var stored = job.Stored;
        if (!stored.LockWorks)
        {
            _log.Warning($"the file system of {FileOf(stored)} takes no notice of locks: a second run of this restore would not be kept out by its state");
        }

        job.SaveSummary();
        var summary = stored.Summary;
        if (stored.Opening != JobOpening.New && summary.LanesBegun > 0)
        {
            _log.Message(
                $"going on with job {stored.Id}: {Show.Count(summary.LanesDone)} of {Show.Count(summary.Lanes, "partition")} done, {Show.Count(summary.LanesBegun - summary.LanesDone)} begun, " +
                $"{Show.Count(summary.RecordsRestored, "record")} restored so far{(stored.HasGrown ? "; the archive has grown since" : "")}");
        }

        if (stored.Adopt)
        {
            _log.Message("--adopt: every partition is compared with the archive from where the restore began in it, before anything is written behind");
        }
    }

    private void Tell(Finding finding)
    {
        switch (finding.Severity)
        {
            case Severity.Error:
                _log.Error(finding.Describe());
                break;
            case Severity.Warning:
                _log.Warning(finding.Describe());
                break;
            default:
                _log.Message(finding.Describe());
                break;
        }
    }

    private static ExitCode ExitOf(RestoreReport report, RestoreProgress progress) => report.Status switch
    {
        _ when progress.Lanes.Any(lane => lane is { State: LaneState.Failed, Failure.Code: var code } && code == ErrorCodes.Internal) => ExitCode.Unexpected,
        RestoreStatus.Done => ExitCode.Done,
        RestoreStatus.Partial => ExitCode.Partial,
        RestoreStatus.Stopped => ExitCode.Stopped,
        _ => ExitCode.Refused,
    };

    private ExitCode Publish(RestoreReport report, ExitCode exit)
    {
        try
        {
            audience.Report(report);
            return exit;
        }
        catch (RestoreException unwritten)
        {
            _log.Failure(unwritten);
            return exit == ExitCode.Done ? unwritten.Code.Exit : exit;
        }
    }
}
