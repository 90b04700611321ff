using KafkaRestore.Engine.Reporting;

namespace KafkaRestore.Jobs.Output;

/// <summary>What a restore's report says of consumer groups.</summary>
internal static class GroupsText
{
    private const int MostGroups = 30;

    /// <summary>Adds it; nothing when nothing was asked for.</summary>
    public static void Add(TextPage page, ConsumerGroupsReport? report)
    {
        if (report is null)
        {
            return;
        }

        page.Line().Line($"Consumer groups: {Counts(report)}");
        page.Fields(
            ("  Offsets from", $"{report.OffsetsFrom}{(report.OffsetsTakenAt is { } taken ? $", taken {Show.Time(taken)}" : "")}"),
            ("  Translated by", report.Strategy),
            ("  Before", report.Snapshots.Count == 0 ? null : $"{string.Join(", ", report.Snapshots)} in {report.SnapshotPath}; `kafka-restore offset-rollback rollback` goes back"),
            ("  Kept", Kept(report.OffsetRetentionMinutes)),
            ("  Plan", report.Plan),
            ("  Script", report.Script));
        var table = new TextTable("group", "state", ">offsets", ">exact", ">bounded", ">approximate", ">read again");
        var shown = report.Groups.OrderBy(static group => group.State is ConsumerGroupState.Reset or ConsumerGroupState.ResetBefore or ConsumerGroupState.Planned).Take(MostGroups).ToList();
        foreach (var group in shown)
        {
            table.Add(
                [Printable.Line(group.Group), Word(group.State), Show.Count(group.Offsets), Show.Count(group.Exact), Show.Count(group.Bounded), Show.Count(group.Approximate), group.ReadAgain == 0 ? "-" : Show.Count(group.ReadAgain)],
                [.. group.Errors.Concat(group.Clamped.Take(3)).Concat(group.Missing.Take(3))]);
        }

        page.Table(table);
        if (report.Groups.Count > shown.Count)
        {
            page.Line($"  and {Show.Count(report.Groups.Count - shown.Count)} more; the JSON report names all");
        }
    }

    /// <summary>Says on stderr what became of them, for a run that has a result of its own.</summary>
    public static void Log(ConsumerGroupsReport report, ConsoleLog log)
    {
        foreach (var group in report.Groups.Where(static group => group.Errors.Count > 0))
        {
            log.Error($"the consumer group {group.Group}: {string.Join("; ", group.Errors.Take(3))}");
        }

        log.Message($"consumer groups: {Counts(report)}");
    }

    /// <summary>How long offsets are kept without members; null when that is not known.</summary>
    public static string? Kept(long? minutes) => minutes is not { } known ? null
        : $"{(known % 1_440 == 0 ? Show.Count(known / 1_440, "day") : known % 60 == 0 ? Show.Count(known / 60, "hour") : Show.Count(known, "minute"))} while nobody reads in the group (offsets.retention.minutes of the brokers)";

    private static string Counts(ConsumerGroupsReport report) => report.Groups.Count == 0 ? "none"
        : string.Join(", ", report.Groups.GroupBy(static group => group.State).OrderBy(static group => group.Key).Select(static group => $"{Show.Count(group.Count())} {Word(group.Key)}"));

    private static string Word(ConsumerGroupState state) => state switch
    {
        ConsumerGroupState.Waiting => "waiting",
        ConsumerGroupState.Planned => "planned",
        ConsumerGroupState.Reset => "reset",
        ConsumerGroupState.ResetInPart => "reset in part",
        ConsumerGroupState.ResetBefore => "reset by an earlier run",
        ConsumerGroupState.Moved => "moved by itself",
        _ => "failed",
    };
}
