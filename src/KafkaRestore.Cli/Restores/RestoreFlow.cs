using System.Globalization;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Progress;
using KafkaRestore.Configuration;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Preparation;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Probing;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Restores;

/// <summary>The course of one restore: plan, open the state, check, write, report.</summary>
internal sealed class RestoreFlow(RestoreConfiguration configuration, CommandContext context)
{
    // After a stop a person waits: what does not close by then ends with the process.
    private static readonly TimeSpan PatienceAfterStop = TimeSpan.FromMilliseconds(300);

    private readonly ConsoleLog _log = context.Log;

    /// <summary>Runs it.</summary>
    /// <param name="format">How stdout gets the report.</param>
    /// <param name="reportPath">Where the report goes as JSON; null: nowhere.</param>
    /// <param name="stop">Stops the run; the report then says what was done.</param>
    public async Task<ExitCode> RunAsync(OutputFormat format, string? reportPath, CancellationToken stop)
    {
        var file = reportPath is null ? null : new ReportFile(reportPath);
        var offsets = OffsetReportFile.Of(configuration);
        var closing = new List<IAsyncDisposable>();
        try
        {
            var storage = StorageFactory.Open(configuration.Options.Storage);
            closing.Add(storage);
            var cluster = new ChosenTargetCluster(configuration.Options.Target, log: _log.Client);
            closing.Add(cluster);
            var sinks = new ChosenSinkFactory(configuration.Options.Target, configuration.Options.Delivery, _log.Client);
            closing.Add(sinks);
            _log.Info($"archive at {storage.Properties.Location}");

            var probe = TargetProbes.TryOpen(configuration.Options.Target, _log.Client);
            if (probe is not null)
            {
                closing.Add(probe);
            }

            var groups = RestoreGroups.Of(configuration, storage, context);
            if (groups is not null)
            {
                closing.Add(groups);
            }

            using var job = new RestoreJob(configuration.Options, storage, cluster, sinks, context.Time, probe: probe, settings: SettingsDoor.Of(configuration.Options, context));
            var (plan, preflight) = await OpenAsync(job, stop).ConfigureAwait(false);
            if (preflight is null)
            {
                var finished = await PutBackAsync(job, await FinishedAsync(job.State!, plan, groups, format, stop).ConfigureAwait(false), stop).ConfigureAwait(false);
                return await WriteOffsetsAsync(offsets, job.State!, finished).ConfigureAwait(false);
            }

            preflight = groups is null ? preflight : await groups.ExtendAsync(preflight, plan, job.State?.Stored, stop).ConfigureAwait(false);
            var (report, exit) = await RunAsync(job, plan, preflight, groups, stop).ConfigureAwait(false);
            exit = Publish(report, exit, format, file);
            if (job.State is { } state && preflight.Passed)
            {
                exit = await WriteOffsetsAsync(offsets, state, exit).ConfigureAwait(false);
            }

            if (report.Status is RestoreStatus.Stopped or RestoreStatus.Partial && job.State?.Stored.Summary.Status != JobStatus.Done)
            {
                _log.Message("Run the same command again to go on.");
            }

            return exit;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new RestoreException(ErrorCodes.Stopped, "stopped before the first record; nothing was written", hint: "Run the same command again to go on.");
        }
        finally
        {
            await CloseAsync(closing, stop).ConfigureAwait(false);
        }
    }

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

    private async Task<ExitCode> FinishedAsync(JobState job, RestorePlan plan, RestoreGroups? groups, OutputFormat format, CancellationToken stop)
    {
        var stored = job.Stored;
        if (stored.Summary.Status != JobStatus.Done)
        {
            // The run that did the rest was killed before it could say so.
            stored.Complete();
        }

        var (summary, file) = (stored.Summary, FileOf(stored));
        _log.Message(
            $"this restore is finished since {Output.Show.Time(summary.LastCheckpointTime)}: {Output.Show.Count(summary.RecordsRestored, "record")} restored{(summary.RecordsSkipped == 0 ? "" : $", {Output.Show.Count(summary.RecordsSkipped)} left out")}; nothing was written now. " +
            $"Its state is {file}; --again makes a new job of it.");
        context.Result.Write(summary, format, value => JobSummaryText.OfFinished(value, file, context.Result.Style));
        var isWhole = summary.Skips == 0;
        if (groups is not null)
        {
            if (await groups.FinishAsync(plan, stored, stop).ConfigureAwait(false) is not { } report)
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
            _log.Message($"settings of {Output.Show.Count(pending.Count, "topic")} are still set aside, as asked; `kafka-restore apply-pending` puts them back");
            return exit;
        }

        _log.Message($"settings of {Output.Show.Count(pending.Count, "topic")} are still set aside; they are put back now");
        var outcome = await job.PutBackAsync(stop).ConfigureAwait(false);
        PreparationText.Log(outcome, _log);
        return exit == ExitCode.Done && outcome.Failures.Count > 0 ? ExitCode.Partial : exit;
    }

    private string FileOf(StoredJob stored) => PlaceOf(stored).SummaryFile;

    private JobLocation PlaceOf(StoredJob stored) => JobPlace.Of(configuration.Options.State!, stored.Id);

    private async Task<ExitCode> WriteOffsetsAsync(OffsetReportFile? offsets, JobState job, ExitCode exit)
    {
        var written = offsets is null ? ExitCode.Done : await offsets.WriteAsync(PlaceOf(job.Stored), context).ConfigureAwait(false);
        return exit == ExitCode.Done ? written : exit;
    }

    private async Task<(RestoreReport Report, ExitCode Exit)> RunAsync(RestoreJob job, RestorePlan plan, PreflightResult preflight, RestoreGroups? groups, CancellationToken stop)
    {
        if (preflight.Cluster is { } cluster)
        {
            _log.Info($"connected to cluster {cluster.ClusterId ?? "without an id"} ({Output.Show.Count(cluster.Brokers, "broker")}) by {cluster.Connection}");
        }

        foreach (var finding in preflight.Findings)
        {
            Show(finding);
        }

        if (!preflight.Passed)
        {
            var errors = preflight.Findings.Count(finding => finding.Severity == Severity.Error);
            _log.Error($"{ErrorCodes.PreflightFailed}: {Output.Show.Count(errors, "error")} before the first write; nothing was written");
            return (job.Refuse(plan, preflight), ExitCode.Refused);
        }

        Show(job.State!);

        var progress = new RestoreProgress(plan, context.Time);
        var allocated = GC.GetTotalAllocatedBytes();
        var run = job.RunAsync(plan, preflight, progress, stop);
        var report = await WatchAsync(groups is null ? run : groups.FollowAsync(run, plan, progress, stop), progress).ConfigureAwait(false);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        _log.Info(string.Create(
            CultureInfo.InvariantCulture,
            $"this process: {Environment.CpuUsage.TotalTime.TotalSeconds:0.0} s of CPU; {allocated >> 10} KiB allocated while writing, {(double)allocated / Math.Max(1, progress.Records):0.00} bytes for each record"));
        return (report, ExitOf(report, progress));
    }

    private Task<RestoreReport> WatchAsync(Task<RestoreReport> run, RestoreProgress progress) => _log.Style.Moving
        ? LiveProgress.DuringAsync(run, progress, _log, context.Time)
        : ProgressLines.DuringAsync(run, progress, _log, context.Time);

    /// <summary>From where the run goes on, and what a person should know of its state.</summary>
    private void Show(JobState job)
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
                $"going on with job {stored.Id}: {Output.Show.Count(summary.LanesDone)} of {Output.Show.Count(summary.Lanes, "partition")} done, {Output.Show.Count(summary.LanesBegun - summary.LanesDone)} begun, " +
                $"{Output.Show.Count(summary.RecordsRestored, "record")} restored so far{(stored.HasGrown ? "; the archive has grown since" : "")}");
        }

        if (stored.Adopt)
        {
            _log.Message("--adopt: every partition is compared with the archive from where the restore began in it, before anything is written behind");
        }
    }

    private void Show(Finding finding)
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

    private ExitCode Publish(RestoreReport report, ExitCode exit, OutputFormat format, ReportFile? file)
    {
        RestoreException? unwritten = null;
        try
        {
            file?.Write(report);
        }
        catch (RestoreException failure)
        {
            unwritten = failure;
            _log.Failure(failure);
        }

        context.Result.Write(report, format, value => RestoreReportText.Of(value, context.Result.Style));
        return exit == ExitCode.Done && unwritten is not null ? unwritten.Code.Exit : exit;
    }

    private static async Task CloseAsync(List<IAsyncDisposable> closing, CancellationToken stop)
    {
        closing.Reverse();
        foreach (var resource in closing)
        {
            var closed = resource.DisposeAsync().AsTask();
            if (!stop.IsCancellationRequested)
            {
                await closed.ConfigureAwait(false);
            }
            else
            {
                await Task.WhenAny(closed, Task.Delay(PatienceAfterStop, CancellationToken.None)).ConfigureAwait(false);
            }
        }
    }
}
