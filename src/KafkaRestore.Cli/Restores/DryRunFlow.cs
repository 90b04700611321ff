using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Configuration;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.Times;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Probing;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Restores;

/// <summary>The course of a dry run: plan and check, write nothing.</summary>
/// <param name="configuration">What a restore is told.</param>
/// <param name="context">Where results and messages go.</param>
/// <param name="checksums">Whether every object is read and its checksum compared.</param>
internal sealed class DryRunFlow(RestoreConfiguration configuration, CommandContext context, bool checksums = false)
{
    private long _checkedObjects;
    private long _checkedBytes;

    /// <summary>Runs it. What would stop a restore stands in the report; the exit code is that of the restore.</summary>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public async Task<ExitCode> RunAsync(OutputFormat format, string? reportPath, CancellationToken stop)
    {
        var file = reportPath is null ? null : new ReportFile(reportPath);

        // What a restore would ask to be confirmed is shown, and nothing more.
        var options = configuration.Options with { Preparation = configuration.Options.Preparation with { PurgeConfirmed = true } };
        DryRunReport report;
        ExitCode exit;
        try
        {
            report = await CheckAsync(options, stop).ConfigureAwait(false);
            exit = report.Valid ? ExitCode.Done : ExitCode.Refused;
        }
        catch (RestoreException failure)
        {
            context.Log.Failure(failure);
            report = Impossible(options, failure);
            exit = failure.Code.Exit;
        }

        context.Result.Write(report, format, value => DryRunReportText.Of(value, context.Result.Style));
        file?.Write(report);
        return exit;
    }

    private async Task<DryRunReport> CheckAsync(RestoreOptions options, CancellationToken stop)
    {
        var storage = StorageFactory.Open(options.Storage);
        await using (storage.ConfigureAwait(false))
        {
            var manifest = await ManifestReader.ReadAsync(storage, options.BackupId, stop).ConfigureAwait(false);
            var plan = PlanBuilder.Build(manifest, options, TimeIndex.ForJob(options, manifest, storage.Properties, context.Time));
            var cluster = new ChosenTargetCluster(options.Target, log: context.Log.Client);
            await using (cluster.ConfigureAwait(false))
            {
                var sinks = new ChosenSinkFactory(options.Target, options.Delivery, context.Log.Client);
                await using (sinks.ConfigureAwait(false))
                {
                    var preflight = await CheckAsync(plan, options, storage, cluster, sinks, stop).ConfigureAwait(false);
                    var (checkedToo, sink) = await ForeseeSinkAsync(sinks, preflight, stop).ConfigureAwait(false);
                    return DryRunReportBuilder.Build(plan, checkedToo, sink);
                }
            }
        }
    }

    private async Task<PreflightResult> CheckAsync(
        RestorePlan plan, RestoreOptions options, IArchiveStorage storage, ITargetCluster cluster, ChosenSinkFactory sinks, CancellationToken stop)
    {
        var probe = TargetProbes.TryOpen(options.Target, context.Log.Client);
        try
        {
            var depth = new PreflightDepth { Checksums = checksums, OnChecksum = Count };
            using var job = new RestoreJob(options, storage, cluster, sinks, context.Time, probe: probe, settings: SettingsDoor.Of(options, context));
            var run = job.CheckAsync(plan, stop, depth);
            var preflight = await (checksums ? StatusLine.DuringAsync(run, () => Status(plan), context.Log, context.Time) : run).ConfigureAwait(false);
            if (RestoreGroups.Of(configuration, storage, context) is not { } groups)
            {
                return preflight;
            }

            await using (groups.ConfigureAwait(false))
            {
                return await groups.ExtendAsync(preflight, plan, place: null, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            if (probe is not null)
            {
                await probe.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private void Count(long bytes)
    {
        Interlocked.Increment(ref _checkedObjects);
        Interlocked.Add(ref _checkedBytes, bytes);
    }

    private string Status(RestorePlan plan) =>
        $"checksums: {Show.Count(Interlocked.Read(ref _checkedObjects))} of {Show.Count(plan.SegmentCount, "segment")}, {Show.Size(Interlocked.Read(ref _checkedBytes))} of {Show.Size(plan.StoredBytes)} read";

    /// <summary>Which sink would write; why none could is one more finding.</summary>
    private static async Task<(PreflightResult Preflight, SinkDescription? Sink)> ForeseeSinkAsync(ChosenSinkFactory sinks, PreflightResult preflight, CancellationToken stop)
    {
        try
        {
            return preflight.Cluster is null ? (preflight, null) : (preflight, await sinks.ForeseeAsync(stop).ConfigureAwait(false));
        }
        catch (RestoreException failure)
        {
            return (preflight with { Findings = [new Finding(Severity.Error, FindingKinds.Sink, failure.Message, failure.Where, failure.Hint, failure.Code), .. preflight.Findings] }, null);
        }
    }

    /// <summary>The report where there is no plan.</summary>
    private static DryRunReport Impossible(RestoreOptions options, RestoreException failure) => new()
    {
        BackupId = options.BackupId,
        Valid = false,
        Findings = [DryRunFinding.Of(Finding.From(failure))],
        Errors = [failure.Describe()],
        Warnings = [],
        Information = [],
        SegmentsToProcess = 0,
        RecordsToRestore = 0,
        BytesToRestore = 0,
        BytesToRead = 0,
        SegmentsOutsideWindow = 0,
        RecordsOutsideWindow = 0,
        SegmentsLeftOutBySlack = 0,
        RecordsLeftOutBySlack = 0,
        TimeRange = null,
        TopicsToRestore = [],
        TopicsToCreate = [],
        ConsumerOffsetActions = [],
        Sink = null,
        SinkReason = null,
        Delivery = null,
        PlanHash = "",
        TargetClusterId = null,
    };
}
