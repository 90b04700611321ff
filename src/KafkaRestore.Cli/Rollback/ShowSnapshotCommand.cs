using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Rollback;

/// <summary><c>offset-rollback show</c>: what is in a snapshot.</summary>
internal sealed class ShowSnapshotCommand : CliCommand
{
    private readonly Option<string> _path = SnapshotOptions.Path();
    private readonly Option<string> _id = SnapshotOptions.Id();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public ShowSnapshotCommand()
        : base("show", "Shows what is in a snapshot.")
    {
        Add(_path);
        Add(_id);
        Add(_format);
    }

    public override IReadOnlyList<string> Examples => ["kafka-restore offset-rollback show --path /backup --snapshot-id snap-1795247379669-23b8aa3a"];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        await using var storage = SnapshotOptions.Open(arguments.GetRequiredValue(_path));
        var snapshot = await new SnapshotStore(storage).ReadAsync(arguments.GetRequiredValue(_id), stop).ConfigureAwait(false);
        context.Result.Write(SnapshotDocument.Of(snapshot), arguments.GetValue(_format), _ => SnapshotText.Of(snapshot));
        return ExitCode.Done;
    }
}
