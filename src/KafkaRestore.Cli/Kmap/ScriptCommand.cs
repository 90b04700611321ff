using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using KafkaRestore.Cli.Groups;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Offsets.Scripts;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Kmap;

/// <summary><c>offsets script</c>: a script that sets offsets with Kafka's own tool.</summary>
internal sealed class ScriptCommand : CliCommand
{
    private const string Live = "live";

    private readonly Argument<string?> _file = new("file")
    {
        HelpName = "FILE",
        Description = "Where the offsets are, as for `offsets import`; without it, or as the word live, what the cluster's groups have now.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly GroupOptions _groups = new(required: false);
    private readonly ClusterOptions _cluster = new(required: false);
    private readonly Option<string> _target = new("--target-servers") { HelpName = "HOST:PORT,...", Description = "Brokers that the script sets the offsets at, unless BOOTSTRAP_SERVERS names others when it runs." };
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE", Description = "The file to write, executable. Default: stdout." };
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public ScriptCommand()
        : base("script", "Writes a script that sets committed offsets with Kafka's own tool.")
    {
        Add(_file);
        _groups.AddTo(this);
        _cluster.AddTo(this);
        Add(_target);
        Add(_output);
        Add(_format);
        _format.Description = "How the result is written that says what is in the file; goes with --output. Default: text.";
        Validators.Add(Check);
    }

    public override string Synopsis => "FILE|--bootstrap-servers HOST:PORT,...";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offsets script old.json --target-servers localhost:9092 --output restore.sh",
        "kafka-restore offsets script --bootstrap-servers localhost:9092 -g 'billing-*' > restore.sh",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "The script needs bash and kafka-consumer-groups.sh. It takes BOOTSTRAP_SERVERS, COMMAND_CONFIG (a file of client properties) and KAFKA_CONSUMER_GROUPS from the environment, knows --dry-run, " +
        "goes on after a failure, counts what the tool has really set, and exits with 1 when anything is not set. `offsets import` does the same without it, faster, and keeps metadata.",
        ClusterOptions.Note,
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var path = arguments.GetValue(_output);
        if (path is not null)
        {
            _ = new ReportFile(path);
        }

        var groups = _groups.Read(arguments);
        var source = await ReadAsync(arguments, context, groups, stop).ConfigureAwait(false);
        foreach (var warning in source.Warnings)
        {
            context.Log.Warning(warning);
        }

        var chosen = groups.From(source.Groups, static group => group.Group);
        if (chosen.Unmatched.Intersect(groups.Names).ToList() is { Count: > 0 } missing)
        {
            throw new RestoreException(ErrorCodes.GroupNotFound, $"the source does not hold {string.Join(", ", missing.Take(10))}{(missing.Count > 10 ? $" and {missing.Count - 10} more" : "")}", source.Where);
        }

        ScriptOffset[] offsets = [.. chosen.Groups.SelectMany(static group => group.Offsets.Select(commit => new ScriptOffset(group.Group, commit.Partition.Topic, commit.Partition.Partition, commit.Offset)))];
        if (offsets.Length == 0)
        {
            throw new RestoreException(ErrorCodes.GroupNotFound, "the source holds no offset of the groups that are meant", source.Where, "Name other groups, or another file.");
        }

        using var text = new StringWriter(CultureInfo.InvariantCulture);
        ResetScript.Write(text, new ScriptHeader(source.Where, context.Time.GetUtcNow(), arguments.GetValue(_target)) { Remarks = source.Warnings }, offsets);
        if (path is null)
        {
            context.Result.Write(text.ToString());
            return ExitCode.Done;
        }

        await ScriptFile.WriteAsync(path, Encoding.UTF8.GetBytes(text.ToString()), stop).ConfigureAwait(false);
        context.Result.Write(
            new WrittenScript(Path.GetFullPath(path), offsets.Select(static offset => offset.Group).Distinct(StringComparer.Ordinal).Count(), offsets.Length), arguments.GetValue(_format), value => OffsetsText.Of(value, context.Result.Style));
        return ExitCode.Done;
    }

    private async Task<SourceGroups> ReadAsync(ParseResult arguments, CommandContext context, GroupSelection groups, CancellationToken stop)
    {
        if (arguments.GetValue(_file) is { } file and not Live)
        {
            return await GroupSourceReader.ReadAsync(file, cancellationToken: stop).ConfigureAwait(false);
        }

        var connection = _cluster.Read(arguments, context);
        await using var cluster = GroupDoor.Open(connection, context);
        var live = await LiveGroups.ReadAsync(cluster, groups, stop).ConfigureAwait(false);
        return live.ToSourceGroups(connection.BootstrapServers[0], context.Time.GetUtcNow());
    }

    private void Check(CommandResult command)
    {
        var file = command.GetResult(_file)?.Tokens is [var token, ..] && token.Value != Live;
        if (file == _cluster.IsGiven(command))
        {
            command.AddError(file ? "FILE already holds the offsets; leave --bootstrap-servers and --config out. --target-servers says where the script sets them" : "FILE is needed, or --bootstrap-servers for a live cluster");
        }
        else if (command.GetResult(_format) is { Implicit: false } && command.GetResult(_output) is null)
        {
            command.AddError("--format goes with --output");
        }
    }
}

/// <summary>A script that is written to a file.</summary>
/// <param name="File">The file, absolute.</param>
/// <param name="Groups">Number of groups in it.</param>
/// <param name="Offsets">Number of offsets in it.</param>
internal sealed record WrittenScript(string File, int Groups, int Offsets);
