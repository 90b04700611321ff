using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary><c>offset-map import</c>: reads and checks an offset report.</summary>
internal sealed class ImportCommand : CliCommand
{
    private readonly Argument<string> _file = new("file") { HelpName = "FILE", Description = "The offset report: JSON of version 1 or 2, or CSV." };
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public ImportCommand()
        : base("import", "Reads an offset report to its end, checks it, and says what is in it.")
    {
        Add(_file);
        Add(_format);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore offset-map import offset-mapping.json",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Nothing is kept: the other commands read the file themselves with --from. Exit code 0: the report is sound; 4: its entries and its mappings contradict each other; 3: it cannot be read.",
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var file = arguments.GetRequiredValue(_file);
        using var report = await ReportMaps.ReadAsync(file, stop).ConfigureAwait(false);
        var result = new ImportedMaps(
            OffsetReportFormats.WordOf(report.Format),
            report.Set.About.CreatedAt,
            report.Set.About.Groups.Count,
            report.Repeated,
            report.Contradictions,
            await MapListing.OfAsync(report.Set, stop).ConfigureAwait(false));
        context.Result.Write(result, arguments.GetValue(_format), value => OffsetMapText.Of(value, context.Result.Style));
        return report.Contradictions.Count == 0 ? ExitCode.Done : ExitCode.Partial;
    }
}

/// <summary>What an offset report holds.</summary>
/// <param name="ReportFormat">Its form: <c>v1</c>, <c>v2</c> or <c>csv</c>.</param>
/// <param name="CreatedAt">When it was made, epoch milliseconds; null when it does not say.</param>
/// <param name="ConsumerGroups">Number of consumer groups in it.</param>
/// <param name="Repeated">Records that it maps a second time; the first mapping counts.</param>
/// <param name="Contradictions">Where entries and mappings say different things.</param>
/// <param name="Maps">Its maps.</param>
internal sealed record ImportedMaps(string ReportFormat, long? CreatedAt, int ConsumerGroups, long Repeated, IReadOnlyList<string> Contradictions, MapListing Maps);
