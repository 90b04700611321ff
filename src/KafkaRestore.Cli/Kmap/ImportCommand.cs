using System.CommandLine;
using System.CommandLine.Parsing;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Groups;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Rollback;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Exports;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Kmap;

/// <summary><c>offsets import</c>: sets committed offsets from a file.</summary>
internal sealed class ImportCommand : CliCommand
{
    private readonly Argument<string> _file = new("file") { HelpName = "FILE", Description = "Where the offsets are: a file of kmap or of `offsets export`, or another form (docs/kmap.md); a path or s3:// URL; or a live cluster, kafka://host:port." };
    private readonly GroupOptions _groups = new(required: false);
    private readonly ClusterOptions _cluster = new();
    private readonly Option<Dictionary<string, string>> _mapping = TopicMappingOption.Create();
    private readonly Option<bool> _clamp = new("--clamp") { Description = "Move an offset that the log does not hold to the nearest one that it holds.", Arity = ArgumentArity.Zero };
    private readonly Option<bool> _skipMissing = new("--skip-missing") { Description = "Leave partitions out that do not exist here.", Arity = ArgumentArity.Zero };
    private readonly Option<long?> _toTime = MomentOption.Create();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Check and show what would be set; change nothing.", Arity = ArgumentArity.Zero };
    private readonly Option<string> _snapshotPath = new("--snapshot-path") { HelpName = "PATH", Description = "Where what the groups have now is saved first, for offset-rollback: a directory or s3:// URL." };
    private readonly Option<bool> _noSnapshot = new("--no-snapshot") { Description = "Save nothing first.", Arity = ArgumentArity.Zero };
    private readonly Option<TimeSpan> _wait = DurationOption.WaitForEmpty();
    private readonly Option<int> _concurrency = ConcurrencyOption.Create();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public ImportCommand()
        : base("import", "Sets committed offsets of consumer groups from a file, as they are.")
    {
        Add(_file);
        _groups.AddTo(this);
        _cluster.AddTo(this);
        Add(_mapping);
        Add(_clamp);
        Add(_skipMissing);
        Add(_toTime);
        Add(_dryRun);
        Add(_snapshotPath);
        Add(_noSnapshot);
        Add(_wait);
        Add(_concurrency);
        Add(_format);
        Validators.Add(Check);
    }

    public override string Synopsis => "FILE --bootstrap-servers LIST --snapshot-path PATH";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offsets import old.json --bootstrap-servers localhost:9092 --dry-run",
        "kafka-restore offsets import old.json --bootstrap-servers localhost:9092 --snapshot-path /backup",
        "kafka-restore offsets import old.json -c restore.yaml --topic-mapping orders=sales --dry-run",
        "kafka-restore offsets import old.json -c restore.yaml --to-datetime 2026-11-21T08:00:00Z --dry-run",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Every offset is compared with the log first. One outside of it, a partition that does not exist, and a group with members refuse the whole import (exit code 3), and the result lists them all. " +
        "Afterwards the groups are read back and compared. What they have committed in other partitions stays. Exit code 4: some offsets were not set, or are not what they should be.",
        "The offsets are not translated: after a restore use offset-reset.",
        ClusterOptions.Note,
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var connection = _cluster.Read(arguments, context);
        var groups = _groups.Read(arguments);
        var source = await GroupOrigin.ReadAsync(arguments.GetRequiredValue(_file), groups, connection, context, stop).ConfigureAwait(false);
        foreach (var warning in source.Warnings)
        {
            context.Log.Warning(warning);
        }

        await using var storage = OpenStorage(arguments);
        await using var cluster = GroupDoor.Open(connection, context);
        var options = ReadOptions(arguments, context, groups, storage, cluster, connection);
        var import = new OffsetImport(cluster, context.Time);
        var plan = await import.PlanAsync(source, options, stop).ConfigureAwait(false);
        var format = arguments.GetValue(_format);
        if (arguments.GetValue(_dryRun) || plan.Problems.Any())
        {
            context.Result.Write(ImportView.Of(plan, null), format, value => OffsetsText.Of(value, context.Result.Style));
            OffsetImport.ThrowIfRefused(plan);
            return ExitCode.Done;
        }

        var report = await import.RunAsync(plan, options, stop).ConfigureAwait(false);
        context.Result.Write(ImportView.Of(plan, report), format, value => OffsetsText.Of(value, context.Result.Style));
        return report.IsWhole ? ExitCode.Done : stop.IsCancellationRequested ? ExitCode.Stopped : ExitCode.Partial;
    }

    private IArchiveStorage? OpenStorage(ParseResult arguments) =>
        !arguments.GetValue(_dryRun) && arguments.GetValue(_snapshotPath) is { } path ? SnapshotOptions.Open(path) : null;

    private ImportOptions ReadOptions(
        ParseResult arguments, CommandContext context, GroupSelection groups, IArchiveStorage? storage, IConsumerGroups cluster, KafkaConnectionOptions connection) => new()
        {
            Groups = groups,
            TopicMapping = arguments.GetValue(_mapping) ?? [],
            Clamp = arguments.GetValue(_clamp),
            SkipMissing = arguments.GetValue(_skipMissing),
            ToTime = arguments.GetValue(_toTime),
            WaitForEmpty = arguments.GetValue(_wait),
            Safety = storage is null ? null : new SnapshotCapture(cluster, connection.BootstrapServers, new SnapshotStore(storage), context.Time),
            MostAtOnce = arguments.GetValue(_concurrency),
            Notice = context.Log.Message,
        };

    private void Check(CommandResult command)
    {
        var (path, without) = (command.GetResult(_snapshotPath) is not null, command.GetResult(_noSnapshot) is not null);
        if (path && without)
        {
            command.AddError("--snapshot-path and --no-snapshot do not go together");
        }
        else if (!path && !without && command.GetResult(_dryRun) is null)
        {
            command.AddError("--snapshot-path is needed, so that there is a way back; or --no-snapshot, or --dry-run");
        }
        else if (command.GetResult(_toTime) is not null && command.GetResult(_clamp) is not null)
        {
            command.AddError("--clamp has no meaning with --to-datetime, which always gives an offset of the log");
        }
    }
}
