using System.CommandLine;
using KafkaRestore.Api;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary><c>cluster</c>: the service itself.</summary>
internal sealed class ClusterCommand : CommandGroup
{
    public ClusterCommand()
        : base("cluster", "Shows a service of restores and its nodes.") => Add(new ClusterStatusCommand());
}

/// <summary><c>cluster status</c>.</summary>
internal sealed class ClusterStatusCommand : RemoteCommand
{
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public ClusterStatusCommand()
        : base("status", "Shows the nodes of a service, what they do, and how many jobs are in which state.")
    {
        Add(_format);
        AddServer();
    }

    public override IReadOnlyList<string> Examples => ["kafka-restore cluster status"];

    public override IReadOnlyList<string> Notes => ["The exit code is 4 where the service is there and cannot work; what speaks against it is said."];

    protected override async Task<ExitCode> RunAsync(IRestoreService service, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var cluster = await service.ClusterAsync(stop).ConfigureAwait(false);
        context.Result.Write(cluster, arguments.GetValue(_format), JobText.Of);
        var ready = await service.ReadyAsync(stop).ConfigureAwait(false);
        foreach (var reason in ready.Reasons)
        {
            context.Log.Error(reason);
        }

        return ready.Ready ? ExitCode.Done : ExitCode.Partial;
    }
}
