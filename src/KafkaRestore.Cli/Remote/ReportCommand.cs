using System.CommandLine;
using KafkaRestore.Api;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary><c>report</c>: the report of a job of a service.</summary>
internal sealed class ReportCommand : RemoteCommand
{
    private readonly Argument<string> _job = JobArgument();

    public ReportCommand()
        : base("report", "Prints the report of the last run of a service's job, as JSON.")
    {
        Add(_job);
        AddServer();
    }

    public override IReadOnlyList<string> Examples => ["kafka-restore report 20261122-051200-417-3fa9 > report.json"];

    protected override async Task<ExitCode> RunAsync(IRestoreService service, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var report = await service.ReportAsync(arguments.GetRequiredValue(_job), stop).ConfigureAwait(false);
        context.Result.Stream.Write(report.Span);
        context.Result.Write("\n");
        return ExitCode.Done;
    }
}
