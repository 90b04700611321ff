using System.Globalization;
using KafkaRestore.Offsets.Snapshots;

namespace KafkaRestore.Cli.Rollback;

/// <summary>The text of the commands about snapshots.</summary>
internal static class SnapshotText
{
    public static string Saved(OffsetSnapshot snapshot, string path, ConsoleStyle style) => new TextPage()
        .Headline("SAVED", $"{Show.Count(snapshot.OffsetCount, "offset")} of {Show.Count(snapshot.Groups.Count, "group")}.", Colour.Green, style)
        .Line()
        .Fields(
            ("Snapshot", snapshot.Id),
            ("Taken", Time(snapshot.CreatedAt)),
            ("Cluster", snapshot.ClusterId),
            ("Description", snapshot.Description))
        .Line()
        .Line("The way back:")
        .Line($"  kafka-restore offset-rollback rollback --path {Quoted(path)} --snapshot-id {snapshot.Id} --bootstrap-servers {Quoted(string.Join(',', snapshot.BootstrapServers))}")
        .ToString();

    public static string List(IReadOnlyList<SnapshotSummary> snapshots)
    {
        if (snapshots.Count == 0)
        {
            return "There is no snapshot.\n";
        }

        var table = new TextTable("snapshot", "taken", ">groups", ">offsets", "description");
        foreach (var snapshot in snapshots)
        {
            table.Add([snapshot.SnapshotId, Time(snapshot.CreatedAt), Show.Count(snapshot.GroupCount), Show.Count(snapshot.OffsetCount), snapshot.Description ?? ""]);
        }

        return new TextPage().Line($"{Show.Count(snapshots.Count, "snapshot")}, newest first").Table(table).ToString();
    }

    public static string Of(OffsetSnapshot snapshot)
    {
        var page = new TextPage().Fields(
            ("Snapshot", snapshot.Id),
            ("Taken", Time(snapshot.CreatedAt)),
            ("Cluster", snapshot.ClusterId),
            ("Brokers", snapshot.BootstrapServers.Count == 0 ? null : string.Join(',', snapshot.BootstrapServers)),
            ("Groups", Show.Count(snapshot.Groups.Count)),
            ("Offsets", Show.Count(snapshot.OffsetCount)),
            ("Description", snapshot.Description));
        foreach (var group in snapshot.Groups)
        {
            page.Line().Line(group.Group);
            if (group.Offsets.Count == 0)
            {
                page.Line("  nothing was committed");
                continue;
            }

            var table = new TextTable("topic", ">part", ">offset", "metadata");
            foreach (var (partition, offset) in group.Offsets.OrderBy(static offset => offset.Key.Topic, StringComparer.Ordinal).ThenBy(static offset => offset.Key.Partition))
            {
                table.Add([partition.Topic, Number(partition.Partition), Number(offset.Offset), offset.Metadata ?? ""]);
            }

            page.Table(table);
        }

        return page.ToString();
    }

    public static string Of(DeletedSnapshots deleted, ConsoleStyle style)
    {
        var page = new TextPage();
        page = deleted switch
        {
            { Deleted.Count: 0 } => page.Line("No snapshot is that old, apart from the newest one, which stays."),
            { DryRun: true } => page.Headline("WOULD DELETE", $"{Show.Count(deleted.Deleted.Count, "snapshot")}. Nothing was changed; --yes deletes them.", Colour.Yellow, style),
            _ => page.Headline("DELETED", $"{Show.Count(deleted.Deleted.Count, "snapshot")}.", Colour.Green, style),
        };
        foreach (var id in deleted.Deleted)
        {
            page.Line($"  {id}");
        }

        return page.ToString();
    }

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => Show.Time(time.ToUnixTimeMilliseconds());

    /// <summary>As a shell takes it.</summary>
    private static string Quoted(string text) =>
        text.All(static c => char.IsAsciiLetterOrDigit(c) || "/.,:_-".Contains(c, StringComparison.Ordinal)) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
