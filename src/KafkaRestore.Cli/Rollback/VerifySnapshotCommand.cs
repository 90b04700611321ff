using System.CommandLine;
using KafkaRestore.Cli.Groups;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Rollback;

/// <summary><c>offset-rollback verify</c>: compares groups with a snapshot.</summary>
internal sealed class VerifySnapshotCommand : CliCommand
{
    private readonly Option<string> _path = SnapshotOptions.Path();
    private readonly Option<string> _id = SnapshotOptions.Id();
    private readonly GroupOptions _groups = new(required: false);
    private readonly ClusterOptions _cluster = new();
    private readonly Option<bool> _otherCluster = new("--other-cluster") { Description = "Accept a snapshot of another cluster.", Arity = ArgumentArity.Zero };
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public VerifySnapshotCommand()
        : base("verify", "Compares what consumer groups have committed with a snapshot; changes nothing.")
    {
        Add(_path);
        Add(_id);
        _groups.AddTo(this);
        _cluster.AddTo(this);
        Add(_otherCluster);
        Add(_format);
    }

    public override string Synopsis => "-p PATH -s ID --bootstrap-servers LIST";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-rollback verify -p /backup -s snap-1795247379669-23b8aa3a -c restore.yaml",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "A group or partition that has nothing committed any more is a difference, and so are one committed since and other metadata. Exit code 4: there are differences.",
        ClusterOptions.Note,
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var connection = _cluster.Read(arguments, context);
        var options = new RollbackOptions { Groups = _groups.Read(arguments), OtherCluster = arguments.GetValue(_otherCluster) };
        await using var storage = SnapshotOptions.Open(arguments.GetRequiredValue(_path));
        var snapshot = await new SnapshotStore(storage).ReadAsync(arguments.GetRequiredValue(_id), stop).ConfigureAwait(false);
        await using var cluster = GroupDoor.Open(connection, context);
        var result = await new SnapshotRollback(cluster, context.Time).VerifyAsync(snapshot, options, stop).ConfigureAwait(false);
        context.Result.Write(result, arguments.GetValue(_format), value => RollbackText.Of(value, context.Result.Style));
        return result.Verified ? ExitCode.Done : ExitCode.Partial;
    }
}
