using System.CommandLine;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary>An offset report that is written to a file.</summary>
/// <param name="File">The file, absolute.</param>
/// <param name="Format">Its form: <c>v1</c>, <c>v2</c> or <c>csv</c>.</param>
/// <param name="Maps">Number of maps in it.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record OutputFile(string File, string Format, int Maps, long Bytes)
{
    /// <summary>Creates the option <c>--output</c>.</summary>
    public static Option<string> CreateOption(string otherwise) => new("--output", "-o")
    {
        HelpName = "FILE",
        Description = $"The file to write the offset report to, as a whole or not at all.{otherwise}",
    };

    /// <summary>Writes the maps; a file that is there is replaced.</summary>
    /// <exception cref="RestoreException">OUTPUT_NOT_WRITTEN, and the old file is still there; or a map cannot be read.</exception>
    public static async Task<OutputFile> WriteAsync(string path, OffsetReportFormat? format, OffsetMapSet maps, TimeProvider time, CancellationToken stop)
    {
        var chosen = format ?? OffsetReportFormats.Of(path);
        var reported = maps.Report();
        await OffsetReportWriter.WriteAsync(path, chosen, maps.Summarise(time.GetUtcNow().ToUnixTimeMilliseconds()), reported, stop).ConfigureAwait(false);
        return new OutputFile(Path.GetFullPath(path), OffsetReportFormats.WordOf(chosen), reported.Count, new FileInfo(path).Length);
    }
}
