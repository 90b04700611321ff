using KafkaRestore.Offsets.Snapshots;

namespace KafkaRestore.Cli.Rollback;

/// <summary>The text of a rollback and of a comparison.</summary>
internal static class RollbackText
{
    public static string Of(RollbackReport report, ConsoleStyle style)
    {
        var result = report.Result;
        var page = new TextPage();
        page = result.Status switch
        {
            ChangeStatus.Success when report.IsWhole => page.Headline("ROLLED BACK", "every group has what it had.", Colour.Green, style),
            ChangeStatus.Success => page.Headline("NOT VERIFIED", "everything was committed, and what was read back is something else.", Colour.Red, style),
            ChangeStatus.PartialSuccess => page.Headline("PARTIAL", "some groups could not be rolled back; run it again when the reasons below are gone.", Colour.Red, style),
            _ => page.Headline("FAILED", "no group could be rolled back.", Colour.Red, style),
        };
        page.Line().Fields(
            ("Snapshot", result.SnapshotId),
            ("Groups", result.GroupsFailed == 0 ? Show.Count(result.GroupsRolledBack) : $"{Show.Count(result.GroupsRolledBack)}, and {Show.Count(result.GroupsFailed)} failed"),
            ("Committed", Show.Count(result.OffsetsRestored, "offset")),
            ("Removed", result.OffsetsRemoved == 0 ? null : $"{Show.Count(result.OffsetsRemoved, "offset")} that the snapshot does not have"),
            ("Saved before", result.SafetySnapshotId ?? "no"),
            ("Took", Show.Duration(TimeSpan.FromMilliseconds(result.DurationMs))),
            ("Compared", report.Verification is null ? "no" : null));
        page.List("Failed", result.Errors);
        page.List("Outside of the log", result.OutOfRange.Select(static offset => offset.ToString()));
        return report.Verification is { } verification ? page.Line().ToString() + Of(verification, style) : page.ToString();
    }

    public static string Of(OffsetVerification result, ConsoleStyle style)
    {
        var page = new TextPage();
        page = result switch
        {
            { Verified: true } => page.Headline("VERIFIED", $"{Show.Count(result.GroupsVerified.Count, "group")} read back, all as expected.", Colour.Green, style),
            { Error: { } error } => page.Headline("NOT COMPARED", error, Colour.Red, style),
            _ => page.Headline("DIFFERENT", $"{Show.Count(result.GroupsMismatched.Count)} of {Show.Count(result.GroupsMismatched.Count + result.GroupsVerified.Count, "group")}.", Colour.Red, style),
        };
        return page.List("Differences", result.Mismatches.Select(static mismatch => mismatch.ToString())).ToString();
    }
}
