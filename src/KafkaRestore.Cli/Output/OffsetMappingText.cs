using System.Globalization;
using System.Text;
using KafkaRestore.Cli.Archives;

namespace KafkaRestore.Cli.Output;

/// <summary>The text and CSV of <c>show-offset-mapping</c>.</summary>
internal static class OffsetMappingText
{
    public static string Of(OffsetMapping mapping, string backupId)
    {
        var rows = mapping.InOrder().ToList();
        var page = new TextPage().Fields(("Archive", backupId), ("Partitions", Show.Count(rows.Count)));
        foreach (var topic in rows.GroupBy(row => row.Topic))
        {
            page.Line().Line(topic.Key);
            var table = new TextTable(">part", "source offsets", "first record", "last record");
            foreach (var row in topic)
            {
                table.Add([Show.Count(row.Partition), Show.Offsets(row.SourceFirstOffset, row.SourceLastOffset), Show.Time(row.FirstTimestamp), Show.Time(row.LastTimestamp)]);
            }

            page.Table(table);
        }

        if (rows.Count > 0)
        {
            page.Line()
                .Line("The target's offsets are known only after a restore; its report lists them. To move a consumer")
                .Line("group to the archive's first record by time, with the group stopped:");
        }

        foreach (var row in rows.Where(row => row.FirstTimestamp >= 0 && Clock(row.FirstTimestamp) is not null))
        {
            page.Line()
                .Line("kafka-consumer-groups.sh --bootstrap-server BROKER --group GROUP \\")
                .Line($"  --topic {row.Topic}:{row.Partition} \\")
                .Line($"  --reset-offsets --to-datetime {Clock(row.FirstTimestamp)} --execute");
        }

        return page.ToString();
    }

    public static string Csv(OffsetMapping mapping)
    {
        var text = new StringBuilder("topic,partition,source_first_offset,source_last_offset,first_timestamp,last_timestamp\n");
        foreach (var row in mapping.InOrder())
        {
            // A topic's name holds neither comma nor quote: the manifest's reader refuses others.
            text.Append(CultureInfo.InvariantCulture, $"{row.Topic},{row.Partition},{row.SourceFirstOffset},{row.SourceLastOffset},{row.FirstTimestamp},{row.LastTimestamp}\n");
        }

        return text.ToString();
    }

    // The official tool takes a time without a zone for UTC.
    private static string? Clock(long milliseconds) => milliseconds > 253_402_300_799_999 ? null
        : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
