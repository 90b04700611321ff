using System.Buffers;
using System.Globalization;
using System.Text;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>Writes the CSV form of an offset report.</summary>
internal static class CsvReportWriter
{
    private const int FlushCharacters = 32 << 10;
    private static readonly SearchValues<char> s_needQuotes = SearchValues.Create(",\"\r\n");

    /// <summary>Writes the header and one line for each run.</summary>
    public static async Task WriteAsync(Stream stream, IReadOnlyList<ReportedMap> maps, CancellationToken cancellationToken)
    {
        var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        await using (text.ConfigureAwait(false))
        {
            var lines = new StringBuilder().AppendJoin(',', CsvColumns.All).Append("\r\n");
            foreach (var map in maps)
            {
                var names = Names(map.Pair);
                await foreach (var run in MergedRuns.Of(map.Runs, cancellationToken).WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    lines.Append(CultureInfo.InvariantCulture, $"{names},{run.Run.Source},{run.Run.Target},{run.Run.Length},");
                    lines.Append(CultureInfo.InvariantCulture, $"{run.FirstTimestamp},{run.LastTimestamp}\r\n");
                    if (lines.Length >= FlushCharacters)
                    {
                        await text.WriteAsync(lines, cancellationToken).ConfigureAwait(false);
                        lines.Clear();
                    }
                }
            }

            await text.WriteAsync(lines, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Names(MapPair pair)
    {
        var source = pair.Source is { } known ? string.Create(CultureInfo.InvariantCulture, $"{Field(known.Topic)},{known.Partition}") : ",";
        return string.Create(CultureInfo.InvariantCulture, $"{source},{Field(pair.Target.Topic)},{pair.Target.Partition}");
    }

    private static string Field(string text) =>
        text.AsSpan().ContainsAny(s_needQuotes) || text != text.Trim() ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
