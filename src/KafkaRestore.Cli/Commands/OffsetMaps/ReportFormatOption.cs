using System.CommandLine;
using KafkaRestore.Engine.OffsetMaps.Reports;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary>The option <c>--report-format</c>.</summary>
internal static class ReportFormatOption
{
    /// <summary>Creates the option for a command.</summary>
    public static Option<OffsetReportFormat?> Create()
    {
        var option = new Option<OffsetReportFormat?>("--report-format")
        {
            HelpName = string.Join('|', OffsetReportFormats.Words),
            Description = "The form of the offset report: v1, as kafka-backup reads it, with a line for each record; v2 or csv, with a line for each run of records. Default: csv for a file that ends in .csv, else v1.",
            CustomParser = argument =>
            {
                var word = argument.Tokens[^1].Value;
                for (var i = 0; i < OffsetReportFormats.Words.Count; i++)
                {
                    if (OffsetReportFormats.Words[i] == word)
                    {
                        return (OffsetReportFormat)i;
                    }
                }

                argument.AddError($"--report-format takes v1, v2 or csv, not '{Printable.Word(word)}'");
                return null;
            },
        };
        option.CompletionSources.Clear(); // those of the enumeration
        option.CompletionSources.Add([.. OffsetReportFormats.Words]);
        return option;
    }
}
