using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Verification;
using KafkaRestore.Engine.Verification.Reporting;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Verifying;

/// <summary>The course of one comparison: plan, compare, report.</summary>
internal sealed class VerifyFlow(RestoreOptions restore, VerificationOptions options, StartOffsets starts, CommandContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="format">How stdout gets the report.</param>
    /// <param name="stop">Ends it; the report then says what was compared.</param>
    public async Task<ExitCode> RunAsync(OutputFormat format, CancellationToken stop)
    {
        var storage = StorageFactory.Open(restore.Storage);
        await using var openedStorage = storage.ConfigureAwait(false);
        var cluster = new ChosenTargetCluster(restore.Target, log: context.Log.Client);
        await using var openedCluster = cluster.ConfigureAwait(false);
        var job = new VerificationJob(restore, options, storage, cluster, async (budget, token) =>
        {
            var reader = await TargetReaders.OpenAsync(restore.Target, budget, context.Log.Client, context.Time, token).ConfigureAwait(false);
            context.Log.Info($"the target is read by the {reader.Description.Reader} reader ({reader.Description.Why})");
            return reader;
        });

        var plan = await job.PlanAsync(stop).ConfigureAwait(false);
        starts.Require(plan);
        var progress = new VerificationProgress(plan, context.Time);
        context.Log.Message($"Comparing {Show.Count(plan.Lanes.Count, "partition")} of {Show.Count(plan.Topics.Count, "topic")} with {Show.Count(plan.RecordCount, "record")} of the archive ({Show.Size(plan.UncompressedBytes)})");
        var view = new VerificationView(progress, context.Time);
        var report = await StatusLine.DuringAsync(job.RunAsync(plan, progress, stop), view.Status, context.Log, context.Time).ConfigureAwait(false);
        foreach (var error in report.Errors)
        {
            context.Log.Error(error);
        }

        context.Result.Write(report, format, value => VerificationText.Of(value, context.Result.Style));
        return ExitOf(report, progress);
    }

    private static ExitCode ExitOf(VerificationReport report, VerificationProgress progress) => report.Status switch
    {
        _ when progress.Lanes.Any(lane => lane.Failure?.Code == ErrorCodes.Internal) => ExitCode.Unexpected,
        VerificationStatus.Equal => ExitCode.Done,
        VerificationStatus.Stopped => ExitCode.Stopped,
        VerificationStatus.Refused => ExitCode.Refused,
        _ => ExitCode.Partial,
    };
}
