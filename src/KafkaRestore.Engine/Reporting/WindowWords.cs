using System.Globalization;
using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Reporting;

/// <summary>What a time window's shortcuts mean, in words.</summary>
internal static class WindowWords
{
    /// <summary>What every run must say that leaves out what nobody has looked at.</summary>
    public static IEnumerable<string> Warnings(RestorePlan plan)
    {
        if (plan.Rules.WindowSlack is { } slack && plan.SegmentsLeftOut is > 0 and var segments)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"time_window_slack leaves out {segments} segment(s) with {plan.RecordsLeftOut} record(s) without reading them: their first and last records lie more than {Text(slack)} outside the time window. " +
                $"Records whose time lies further than {Text(slack)} from the times of their segment's first and last record may be missing");
        }
    }

    /// <summary>What was not checked because of it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="notRead">Segments that the index has spared.</param>
    public static IEnumerable<string> NotChecked(RestorePlan plan, long notRead = 0)
    {
        if (notRead > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"whether the {notRead} segment(s) that the time index has spared are still whole");
        }

        if (plan.SegmentsLeftOut is > 0 and var segments)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"whether the {segments} segment(s) that time_window_slack leaves out exist, and hold no record of the time window (the command index finds out)");
        }
    }

    /// <summary>Why what was learned on the way is lost; nothing where it is not.</summary>
    public static IEnumerable<string> Lessons(RestorePlan plan)
    {
        if (plan.Times is { FileName: not null, Failure: { } failure })
        {
            yield return $"what was learned of the segments' times could not be kept: {failure.Describe()}";
        }
    }

    /// <summary>What the index spares; null where that is nothing.</summary>
    public static string? Spared(RestorePlan plan, long unread) => unread == 0 ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"{unread} of {plan.SegmentCount} segment(s) are not read: the time index knows that they hold no record of the time window");

    private static string Text(TimeSpan slack)
    {
        var milliseconds = (long)slack.TotalMilliseconds;
        (long Length, string Unit)[] units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
        var (length, unit) = units.First(unit => milliseconds % unit.Length == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / length}{unit}");
    }
}
