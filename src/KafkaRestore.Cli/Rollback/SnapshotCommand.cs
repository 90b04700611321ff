using System.CommandLine;
using KafkaRestore.Cli.Groups;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Rollback;

/// <summary><c>offset-rollback snapshot</c>: saves what groups have committed.</summary>
internal sealed class SnapshotCommand : CliCommand
{
    private readonly Option<string> _path = SnapshotOptions.Path();
    private readonly GroupOptions _groups = new(required: true);
    private readonly ClusterOptions _cluster = new();
    private readonly Option<string> _description = new("--description", "-d") { HelpName = "TEXT", Description = "What the snapshot is for." };
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public SnapshotCommand()
        : base("snapshot", "Saves what consumer groups have committed.")
    {
        Add(_path);
        _groups.AddTo(this);
        _cluster.AddTo(this);
        Add(_description);
        Add(_format);
    }

    public override string Synopsis => "-p PATH -g GROUPS --bootstrap-servers LIST";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-rollback snapshot -p /backup -g billing --bootstrap-servers localhost:9092",
        "kafka-restore offset-rollback snapshot -p /backup -g '*' -c restore.yaml -d 'before the move'",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "A group that does not exist, and one that cannot be read, is an error, and nothing is saved then. The groups may have members. The snapshot is read back and compared before the command says that it is saved.",
        ClusterOptions.Note,
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var connection = _cluster.Read(arguments, context);
        var groups = _groups.Read(arguments);
        var path = arguments.GetRequiredValue(_path);
        await using var storage = SnapshotOptions.Open(path);
        await using var cluster = GroupDoor.Open(connection, context);
        var capture = new SnapshotCapture(cluster, connection.BootstrapServers, new SnapshotStore(storage), context.Time);
        var (snapshot, warnings) = await capture.TakeAsync(groups, arguments.GetValue(_description), stop).ConfigureAwait(false);
        foreach (var warning in warnings)
        {
            context.Log.Warning(warning);
        }

        context.Result.Write(snapshot.Summarise(), arguments.GetValue(_format), _ => SnapshotText.Saved(snapshot, path, context.Result.Style));
        return ExitCode.Done;
    }
}
