using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Rollback;

/// <summary><c>offset-rollback list</c>: the snapshots of a storage.</summary>
internal sealed class ListSnapshotsCommand : CliCommand
{
    private readonly Option<string> _path = SnapshotOptions.Path();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public ListSnapshotsCommand()
        : base("list", "Lists the snapshots, newest first.")
    {
        Add(_path);
        Add(_format);
    }

    public override IReadOnlyList<string> Examples => ["kafka-restore offset-rollback list --path /backup"];

    public override IReadOnlyList<string> Notes => ["What was not written to its end, or is damaged, is named on stderr and is not in the list."];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        await using var storage = SnapshotOptions.Open(arguments.GetRequiredValue(_path));
        var listing = await new SnapshotStore(storage).ListAsync(stop).ConfigureAwait(false);
        foreach (var problem in listing.Problems)
        {
            context.Log.Warning(problem);
        }

        context.Result.Write(listing.Snapshots, arguments.GetValue(_format), SnapshotText.List);
        return ExitCode.Done;
    }
}
