using System.CommandLine;
using KafkaRestore.Cli.Groups;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Rollback;

/// <summary><c>offset-rollback rollback</c>: gives groups back what they had committed.</summary>
internal sealed class RollbackCommand : CliCommand
{
    private readonly Option<string> _path = SnapshotOptions.Path();
    private readonly Option<string> _id = SnapshotOptions.Id();
    private readonly GroupOptions _groups = new(required: false);
    private readonly ClusterOptions _cluster = new();
    private readonly Option<TimeSpan> _wait = DurationOption.WaitForEmpty();
    private readonly Option<int> _concurrency = ConcurrencyOption.Create();
    private readonly Option<bool> _clamp = new("--clamp") { Description = "Move an offset that the log does not hold to the nearest one that it holds.", Arity = ArgumentArity.Zero };
    private readonly Option<bool> _otherCluster = new("--other-cluster") { Description = "Accept a snapshot of another cluster.", Arity = ArgumentArity.Zero };
    private readonly Option<bool> _noSnapshot = new("--no-snapshot") { Description = "Do not save what the groups have committed before.", Arity = ArgumentArity.Zero };
    private readonly Option<bool> _verify = new("--verify") { Description = "Read back and compare afterwards; this is done anyway.", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = static _ => true };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Do not read back and compare.", Arity = ArgumentArity.Zero };
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public RollbackCommand()
        : base("rollback", "Gives consumer groups back what they had committed when a snapshot was taken.")
    {
        Add(_path);
        Add(_id);
        _groups.AddTo(this);
        _cluster.AddTo(this);
        Add(_wait);
        Add(_concurrency);
        Add(_clamp);
        Add(_otherCluster);
        Add(_noSnapshot);
        Add(_verify);
        Add(_noVerify);
        Add(_format);
    }

    public override string Synopsis => "-p PATH -s ID --bootstrap-servers LIST";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-rollback rollback -p /backup -s snap-1795247379669-23b8aa3a -c restore.yaml",
        "kafka-restore offset-rollback rollback -p /backup -s ID -c restore.yaml --wait-for-empty 5m",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Offsets and their metadata are committed as the snapshot has them, and those that a group has committed in other partitions since are removed. Groups with members are refused before anything " +
        "is changed. What the groups have now is saved first, in the same place.",
        "An offset that the log no longer holds is named, and committed as it is unless --clamp is given. Exit code 4: a group or partition could not be rolled back, or the comparison afterwards found a difference.",
        ClusterOptions.Note,
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var connection = _cluster.Read(arguments, context);
        var groups = _groups.Read(arguments);
        await using var storage = SnapshotOptions.Open(arguments.GetRequiredValue(_path));
        var store = new SnapshotStore(storage);
        var snapshot = await store.ReadAsync(arguments.GetRequiredValue(_id), stop).ConfigureAwait(false);
        context.Log.Message($"rolling back to {snapshot.Id} of {Show.Time(snapshot.CreatedAt.ToUnixTimeMilliseconds())}: {Show.Count(snapshot.OffsetCount, "offset")} of {Show.Count(snapshot.Groups.Count, "group")}");
        await using var cluster = GroupDoor.Open(connection, context);
        var report = await new SnapshotRollback(cluster, context.Time).RunAsync(
            snapshot,
            new RollbackOptions
            {
                Groups = groups,
                Clamp = arguments.GetValue(_clamp),
                OtherCluster = arguments.GetValue(_otherCluster),
                WaitForEmpty = arguments.GetValue(_wait),
                Safety = arguments.GetValue(_noSnapshot) ? null : new SnapshotCapture(cluster, connection.BootstrapServers, store, context.Time),
                Verify = arguments.GetValue(_verify) && !arguments.GetValue(_noVerify),
                MostAtOnce = arguments.GetValue(_concurrency),
                Notice = context.Log.Message,
            },
            stop).ConfigureAwait(false);
        context.Result.Write(report, arguments.GetValue(_format), value => RollbackText.Of(value, context.Result.Style));
        return report.IsWhole ? ExitCode.Done : stop.IsCancellationRequested ? ExitCode.Stopped : ExitCode.Partial;
    }
}
