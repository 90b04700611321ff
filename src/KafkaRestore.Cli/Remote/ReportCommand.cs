using System.CommandLine;
using KafkaRestore.Api;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary><c>report</c>: the report of a job of a service.</summary>
internal sealed class ReportCommand : RemoteCommand
{
    private readonly Argument<string> _job = JobArgument();
    private readonly Option<string> _snapshots = new("--snapshots")
    {
        HelpName = "DIR",
        Description = "Also save there what consumer groups had committed before the job reset them, for `offset-rollback --path DIR`.",
    };

    public ReportCommand()
        : base("report", "Prints the report of the last run of a service's job, as JSON.")
    {
        Add(_job);
        Add(_snapshots);
        AddServer();
    }

    public override IReadOnlyList<string> Examples => ["kafka-restore report 20261122-051200-417-3fa9 > report.json", "kafka-restore report 20261122-051200-417-3fa9 --snapshots before > report.json"];

    protected override async Task<ExitCode> RunAsync(IRestoreService service, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var job = arguments.GetRequiredValue(_job);
        var report = await service.ReportAsync(job, stop).ConfigureAwait(false);
        context.Result.Stream.Write(report.Span);
        context.Result.Write("\n");
        if (arguments.GetValue(_snapshots) is { } folder)
        {
            await SnapshotDownload.RunAsync(service, job, report, folder, context, stop).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }
}
