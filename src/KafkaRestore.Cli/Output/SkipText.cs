using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Reporting;

namespace KafkaRestore.Cli.Output;

/// <summary>The words for what was left out because it cannot be read or written.</summary>
internal static class SkipText
{
    /// <summary>One line for each that is listed, and one for the rest.</summary>
    public static IReadOnlyList<string> Of(SkipReport skips)
    {
        var lines = skips.Listed.Select(Of).ToList();
        if (skips.Total > lines.Count)
        {
            lines.Add($"and {Show.Count(skips.Total - lines.Count)} more; the job's state names all of them");
        }

        return lines;
    }

    private static string Of(Skip skip) => skip.IsSegment
        ? $"{skip.Topic}/{skip.Partition}, source offsets {Show.Offsets(skip.FirstOffset, skip.LastOffset)}, {Show.Count(skip.Records, "record")}: {skip.Code}: {skip.Reason} ({skip.Object})"
        : $"{skip.Topic}/{skip.Partition}, source offset {skip.FirstOffset}: {skip.Code}: {skip.Reason}";
}
