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
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Restores;

/// <summary>The course of a dry run: plan and check, write nothing.</summary>
internal sealed class DryRunFlow(RestoreConfiguration configuration, CommandContext context)
{
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
            var cluster = new TargetCluster(options.Target, log: context.Log.Client);
            await using (cluster.ConfigureAwait(false))
            {
                var sinks = new ChosenSinkFactory(options.Target, options.Delivery, context.Log.Client);
                await using (sinks.ConfigureAwait(false))
                {
                    using var job = new RestoreJob(options, storage, cluster, sinks, context.Time, settings: SettingsDoor.Of(options, context));
                    var preflight = await job.CheckAsync(plan, stop).ConfigureAwait(false);
                    var (checkedToo, sink) = await ForeseeSinkAsync(sinks, preflight, stop).ConfigureAwait(false);
                    return DryRunReportBuilder.Build(plan, checkedToo, sink);
                }
            }
        }
    }

    /// <summary>Which sink would write; why none could is one more finding.</summary>
    private static async Task<(PreflightResult Preflight, SinkDescription? Sink)> ForeseeSinkAsync(ChosenSinkFactory sinks, PreflightResult preflight, CancellationToken stop)
    {
        try
        {
            return preflight.Cluster is null ? (preflight, null) : (preflight, await sinks.ForeseeAsync(stop).ConfigureAwait(false));
        }
        catch (RestoreException failure)
        {
            return (preflight with { Findings = [Finding.From(failure), .. preflight.Findings] }, null);
        }
    }

    /// <summary>The report where there is no plan.</summary>
    private static DryRunReport Impossible(RestoreOptions options, RestoreException failure) => new()
    {
        BackupId = options.BackupId,
        Valid = false,
        Errors = [failure.Describe()],
        Warnings = [],
        Information = [],
        SegmentsToProcess = 0,
        RecordsToRestore = 0,
        BytesToRestore = 0,
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
