using System.CommandLine;
using KafkaRestore.Api;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary><c>watch</c>: shows a job of a service until it ends.</summary>
internal sealed class WatchCommand : RemoteCommand
{
    private readonly Argument<string> _job = JobArgument();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public WatchCommand()
        : base("watch", "Shows how a job of a service goes, until it has ended.")
    {
        Add(_job);
        Add(_format);
        AddServer();
    }

    public override IReadOnlyList<string> Examples => ["kafka-restore watch 20261122-051200-417-3fa9"];

    public override IReadOnlyList<string> Notes =>
        ["The exit code is the one that a local run would have ended with. Ctrl-C ends the watching, not the job. A service that is away is waited for for two minutes."];

    protected override Task<ExitCode> RunAsync(IRestoreService service, ParseResult arguments, CommandContext context, CancellationToken stop) =>
        new JobFollowing(service, context).RunAsync(arguments.GetRequiredValue(_job), arguments.GetValue(_format), shows: true, stop);
}
