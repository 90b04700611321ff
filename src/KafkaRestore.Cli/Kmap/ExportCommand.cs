using System.CommandLine;
using System.CommandLine.Parsing;
using KafkaRestore.Cli.Groups;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Offsets.Exports;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Kmap;

/// <summary><c>offsets export</c>: writes what groups have committed in kmap's form.</summary>
internal sealed class ExportCommand : CliCommand
{
    private readonly GroupOptions _groups = new(required: false);
    private readonly ClusterOptions _cluster = new();
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "FILE", Description = "The file to write, as a whole or not at all. Default: stdout." };
    private readonly Option<bool> _withMetadata = new("--with-metadata") { Description = "Write the words and leader epochs that were committed with the offsets, and the cluster's id.", Arity = ArgumentArity.Zero };
    private readonly Option<bool> _withLag = new("--with-lag") { Description = "Write each partition's end and how far the group is behind it.", Arity = ArgumentArity.Zero };
    private readonly Option<string> _since = new("--since") { HelpName = "FILE", Description = "An earlier export: write only what has changed since, and name what is gone." };
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public ExportCommand()
        : base("export", "Writes what consumer groups have committed, in the form of kmap.")
    {
        _groups.AddTo(this);
        _cluster.AddTo(this);
        Add(_output);
        Add(_withMetadata);
        Add(_withLag);
        Add(_since);
        Add(_format);
        _format.Description = "How the result is written that says what is in the file; goes with --output. Default: text.";
        Validators.Add(Check);
    }

    public override string Synopsis => "--bootstrap-servers HOST:PORT,...";

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offsets export --bootstrap-servers localhost:9092 --output offsets.json",
        "kafka-restore offsets export -c restore.yaml -g 'billing-*' --with-metadata --with-lag | jq .",
        "kafka-restore offsets export -c restore.yaml --since monday.json --output tuesday.json",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "A group or partition that cannot be read is an error, and nothing is written then. Groups that have committed nothing are left out and named. With --since FILE the output has two more fields: since, and removed.",
        ClusterOptions.Note,
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var path = arguments.GetValue(_output);
        if (path is not null)
        {
            _ = new ReportFile(path);
        }

        var connection = _cluster.Read(arguments, context);
        var options = new ExportOptions
        {
            Groups = _groups.Read(arguments),
            WithMetadata = arguments.GetValue(_withMetadata),
            WithLag = arguments.GetValue(_withLag),
            Earlier = arguments.GetValue(_since) is { } earlier ? await GroupSourceReader.ReadAsync(earlier, cancellationToken: stop).ConfigureAwait(false) : null,
        };
        await using var cluster = GroupDoor.Open(connection, context);
        var export = await GroupExporter.ReadAsync(cluster, connection.BootstrapServers[0], options, context.Time, stop).ConfigureAwait(false);
        foreach (var warning in export.Warnings)
        {
            context.Log.Warning(warning);
        }

        if (path is null)
        {
            await GroupExportWriter.WriteAsync(context.Result.Stream, export, stop).ConfigureAwait(false);
            context.Result.Write("\n");
        }
        else
        {
            await GroupExportWriter.WriteAsync(path, export, stop).ConfigureAwait(false);
            context.Result.Write(
                new ExportedFile(Path.GetFullPath(path), export.Groups.Count, export.OffsetCount, export.Since?.Removed.Count), arguments.GetValue(_format), value => OffsetsText.Of(value, context.Result.Style));
        }

        return ExitCode.Done;
    }

    private void Check(CommandResult command)
    {
        if (command.GetResult(_format) is { Implicit: false } && command.GetResult(_output) is null)
        {
            command.AddError("--format goes with --output; the export itself is always JSON");
        }
    }
}

/// <summary>An export that is written to a file.</summary>
/// <param name="File">The file, absolute.</param>
/// <param name="Groups">Number of groups in it.</param>
/// <param name="Offsets">Number of offsets in it.</param>
/// <param name="Removed">Number of offsets that were there in the earlier file and are gone; null without one.</param>
internal sealed record ExportedFile(string File, int Groups, int Offsets, int? Removed);
