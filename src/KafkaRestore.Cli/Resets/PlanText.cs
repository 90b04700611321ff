using System.Globalization;
using KafkaRestore.Offsets.Plans;

namespace KafkaRestore.Cli.Resets;

/// <summary>The text of a plan.</summary>
internal static class PlanText
{
    private const int MostMissing = 20;

    public static string Of(OffsetResetPlan plan, ConsoleStyle style)
    {
        var offsets = plan.Groups.Sum(static group => group.Offsets.Count);
        var missing = plan.Groups.Sum(static group => group.Missing.Count);
        var page = new TextPage();
        page.Headline(
            missing == 0 ? "PLAN" : "PLAN WITH HOLES",
            missing == 0 ? "every offset that these groups had committed has its place at the target; nothing was committed." : $"{Show.Count(missing, "offset")} that these groups had committed have no place at the target; nothing was committed.",
            missing == 0 ? Colour.Green : Colour.Yellow,
            style);
        page.Line().Fields(
            ("Groups", $"{Show.Count(plan.Groups.Count)} with {Show.Count(offsets, "offset")}"),
            ("Offsets from", $"{plan.OffsetsFrom ?? "unknown"}{(plan.OffsetsTakenAt is { } taken ? $", taken {Show.Time(taken.ToUnixTimeMilliseconds())}" : "")}"),
            ("Translated by", plan.Strategy),
            ("Target cluster", plan.TargetClusterId));
        foreach (var group in plan.Groups)
        {
            page.Line().Line(group.Group);
            var table = new TextTable("target", ">offset", ">now", "label", "source");
            foreach (var offset in group.Offsets)
            {
                Add(table, offset);
            }

            page.Table(table);
            foreach (var lost in group.Missing.Take(MostMissing))
            {
                page.Line($"  {lost.Commit.Partition} at {Number(lost.Commit.Offset)}: {lost.Reason}");
            }

            if (group.Missing.Count > MostMissing)
            {
                page.Line($"  and {group.Missing.Count - MostMissing} more without a place");
            }
        }

        return page.ToString();
    }

    private static void Add(TextTable table, PlannedOffset offset)
    {
        var remarks = new List<string>();
        if (offset.ClampedFrom is { } wanted)
        {
            remarks.Add($"{Number(wanted)} is not in the log; the nearest offset is taken");
        }

        if (offset.ReadAgain is > 0 and { } again)
        {
            remarks.Add($"at most {Show.Count(again, "record")} will be read again");
        }

        if (offset.NotCommitted.Count > 0)
        {
            remarks.Add($"also fed by {string.Join(", ", offset.NotCommitted.Take(5))}{(offset.NotCommitted.Count > 5 ? " and others" : "")}, of which the group had committed nothing");
        }

        table.Add(
            [
                offset.Target.ToString(),
                Number(offset.Offset),
                offset.CurrentOffset switch { null => "?", PlannedOffset.NoCommit => "-", { } now => Number(now) },
                (offset.Label is { } label ? PlanWords.Of(label) : "") + (offset.IsEnd ? ", end" : ""),
                string.Join(", ", offset.From.Take(3).Select(static commit => $"{commit.Partition}:{Number(commit.Offset)}")) + (offset.From.Count > 3 ? ", …" : ""),
            ],
            [.. remarks]);
    }

    private static string Number(long offset) => offset.ToString(CultureInfo.InvariantCulture);
}
