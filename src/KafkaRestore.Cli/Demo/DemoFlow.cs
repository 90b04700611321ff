using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Progress;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Demo;

/// <summary>The course of the demo: a target, the same job that <c>restore</c> runs, every record read back.</summary>
internal sealed class DemoFlow(CommandContext context)
{
    // The embedded broker never answers for topic settings.
    private static readonly TargetClusterOptions Quick = new() { SettingsDeadline = TimeSpan.FromMilliseconds(500) };

    /// <summary>Runs it.</summary>
    public async Task<ExitCode> RunAsync(string archive, string? bootstrapServers, CancellationToken stop)
    {
        using var target = DemoTarget.Open(bootstrapServers);
        var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = archive });
        await using (storage.ConfigureAwait(false))
        {
            var options = await OptionsAsync(storage, archive, target, stop).ConfigureAwait(false);
            context.Log.Message($"restoring the archive '{options.BackupId}' of {archive} into {target.Description}");
            var cluster = new ChosenTargetCluster(target.Connection, Quick, context.Log.Client);
            await using (cluster.ConfigureAwait(false))
            {
                var sinks = new ChosenSinkFactory(target.Connection, options.Delivery, context.Log.Client);
                await using (sinks.ConfigureAwait(false))
                {
                    return await RunAsync(new RestoreJob(options, storage, cluster, sinks, context.Time), target, storage, stop).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task<ExitCode> RunAsync(RestoreJob job, DemoTarget target, IArchiveStorage storage, CancellationToken stop)
    {
        var plan = await job.PlanAsync(stop).ConfigureAwait(false);
        target.Prepare(plan);
        var preflight = await job.CheckAsync(plan, stop).ConfigureAwait(false);
        if (!preflight.Passed)
        {
            foreach (var finding in preflight.Findings)
            {
                context.Log.Error(finding.Describe());
            }

            return ExitCode.Refused;
        }

        var progress = new RestoreProgress(plan, context.Time);
        var report = await ProgressLines.DuringAsync(job.RunAsync(plan, preflight, progress, stop), progress, context.Log, context.Time).ConfigureAwait(false);
        context.Result.Write(RestoreReportText.Of(report, context.Result.Style));
        if (report.Status != RestoreStatus.Done)
        {
            return report.Status == RestoreStatus.Stopped ? ExitCode.Stopped : ExitCode.Partial;
        }

        var compared = await ReadBack.CompareAsync(plan, progress.Lanes, storage, target.Connection, stop).ConfigureAwait(false);
        context.Result.Write($"\nread back and compared with the archive: {Show.Count(compared, "record")}, all equal in key, value, headers, timestamp and order\n");
        return ExitCode.Done;
    }

    private static async Task<RestoreOptions> OptionsAsync(IArchiveStorage storage, string archive, DemoTarget target, CancellationToken stop)
    {
        string? id = null;
        await foreach (var found in ArchiveCatalog.ListAsync(storage, stop).ConfigureAwait(false))
        {
            id ??= found;
        }

        return new RestoreOptions
        {
            BackupId = id ?? throw new RestoreException(ErrorCodes.ArchiveNotFound, "there is no archive in this directory", archive, "Run the demo in the project's root, or name the directory with --archive."),
            Storage = new FileSystemStorageOptions { Path = archive },
            Target = target.Connection,
            Headers = new HeaderOptions { Strip = true },
            Mapping = new MappingOptions { Topics = await target.TopicNamesAsync(storage, id, stop).ConfigureAwait(false) },
            Preparation = new PreparationOptions { CreateTopics = target.CreatesTopics },
        };
    }
}
