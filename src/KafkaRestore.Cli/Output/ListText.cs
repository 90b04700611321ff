using KafkaRestore.Cli.Archives;

namespace KafkaRestore.Cli.Output;

/// <summary>The text of <c>list</c>.</summary>
internal static class ListText
{
    public static string Of(IReadOnlyList<string> ids, string location)
    {
        var page = new TextPage();
        page.Line(ids.Count == 0 ? $"No archives in {location}." : "Available backups:");
        foreach (var id in ids)
        {
            page.Line($"  - {id}");
        }

        return page.ToString();
    }

    public static string Of(ManifestSummary summary)
    {
        var page = new TextPage();
        page.Fields(("Archive", summary.BackupId), ("Created", Show.Time(summary.CreatedAt)));
        foreach (var topic in summary.Topics)
        {
            page.Line($"  - {topic.Name}: {Show.Count(topic.Partitions, "partition")}, {Show.Count(topic.Segments, "segment")}, {Show.Count(topic.Records, "record")}");
        }

        return page.ToString();
    }
}
