using System.CommandLine;
using System.CommandLine.Parsing;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary><c>offset-map export</c>: writes maps as an offset report.</summary>
internal sealed class ExportCommand : CliCommand
{
    private readonly MapSourceOptions _source = new();
    private readonly Option<string> _output = OutputFile.CreateOption(" Default: stdout.");
    private readonly Option<OffsetReportFormat?> _reportFormat = ReportFormatOption.Create();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public ExportCommand()
        : base("export", "Writes the map as an offset report; with --from, one form as another.")
    {
        _source.AddTo(this);
        Add(_output);
        Add(_reportFormat);
        Add(_format);
        _format.Description = "How the result is written that says what is in the file; goes with --output. Default: text.";
        Validators.Add(Check);
    }

    public override string Synopsis => MapSourceOptions.Synopsis;

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-map export --config restore.yaml --output offset-mapping.json",
        "kafka-restore offset-map export --config restore.yaml --report-format csv | gzip > offsets.csv.gz",
        "kafka-restore offset-map export --from offset-mapping.json --report-format v2 --output runs.json",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "While the restore runs the report ends where its last saved progress does. A map knows the times of its first and last record only; elsewhere in a report the time is -1.",
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var path = arguments.GetValue(_output);
        if (path is not null)
        {
            _ = new ReportFile(path);
        }

        using var maps = await _source.ReadAsync(arguments, context, stop).ConfigureAwait(false);
        if (maps.IsEmpty)
        {
            throw new RestoreException(ErrorCodes.JobNotFound, "no record has been restored, so there is no offset to write", maps.Where, "Run the restore first, or name another state.");
        }

        var format = arguments.GetValue(_reportFormat);
        if (path is not null)
        {
            var file = await OutputFile.WriteAsync(path, format, maps, context.Time, stop).ConfigureAwait(false);
            context.Result.Write(file, arguments.GetValue(_format), value => OffsetMapText.Of(value, context.Result.Style));
            return ExitCode.Done;
        }

        var summary = maps.Summarise(context.Time.GetUtcNow().ToUnixTimeMilliseconds());
        await OffsetReportWriter.WriteAsync(context.Result.Stream, format ?? OffsetReportFormats.Of(null), summary, maps.Report(), stop).ConfigureAwait(false);
        if (format != OffsetReportFormat.Csv)
        {
            context.Result.Write("\n");
        }

        return ExitCode.Done;
    }

    private void Check(CommandResult command)
    {
        if (command.GetResult(_format) is { Implicit: false } && command.GetResult(_output) is null)
        {
            command.AddError("--format goes with --output; --report-format says how the offset report is written");
        }
    }
}
