using KafkaRestore.Cli.Rollback;
using KafkaRestore.Offsets.Exports;

namespace KafkaRestore.Cli.Kmap;

/// <summary>The text of the commands about files of offsets.</summary>
internal static class OffsetsText
{
    public static string Of(ExportedFile file, ConsoleStyle style) => new TextPage().Headline(
        "WRITTEN",
        $"{Show.Count(file.Offsets, "offset")} of {Show.Count(file.Groups, "group")} in {file.File}{(file.Removed is { } removed ? $"; {Show.Count(removed, "offset")} of the earlier file gone" : "")}.",
        Colour.Green,
        style).ToString();

    public static string Of(WrittenScript script, ConsoleStyle style) => new TextPage().Headline(
        "WRITTEN", $"a script for {Show.Count(script.Offsets, "offset")} of {Show.Count(script.Groups, "group")}: {script.File}.", Colour.Green, style).ToString();

    public static string Of(ImportView view, ConsoleStyle style)
    {
        var page = new TextPage();
        page = view.Status switch
        {
            ImportStatus.Planned => page.Headline("PLANNED", "this would be set. Nothing was changed.", Colour.Green, style),
            ImportStatus.Refused => page.Headline("REFUSED", "what is marked below cannot be set. Nothing was changed.", Colour.Red, style),
            ImportStatus.Success when view.Verification is { Verified: false } => page.Headline("NOT VERIFIED", "everything was committed, and what was read back is something else.", Colour.Red, style),
            ImportStatus.Success => page.Headline("IMPORTED", "every offset is set and was read back.", Colour.Green, style),
            ImportStatus.PartialSuccess => page.Headline("PARTIAL", "some offsets could not be set; run it again when the reasons below are gone.", Colour.Red, style),
            _ => page.Headline("FAILED", "no offset could be set.", Colour.Red, style),
        };
        page.Line().Fields(
            ("From", view.Source),
            ("Groups", view.GroupsFailed is > 0 ? $"{Show.Count(view.GroupsImported ?? 0)}, and {Show.Count(view.GroupsFailed.Value)} failed" : Show.Count(view.Groups)),
            ("Offsets", view.OffsetsCommitted is { } committed ? $"{Show.Count(committed)} committed" : Show.Count(view.Offsets.Count)),
            ("Saved before", view.OffsetsCommitted is null ? null : view.SnapshotId ?? "no"),
            ("Took", view.DurationMs is { } took ? Show.Duration(TimeSpan.FromMilliseconds(took)) : null));
        if (view.OffsetsCommitted is null)
        {
            AddPlan(page, view);
        }
        else
        {
            page.List("Not as in the file", view.Offsets.Where(static row => row.Note is ImportNote.Clamped or ImportNote.Skipped).Select(static row => row.ToString()));
        }

        page.List("Failed", view.Errors);
        return view.Verification is { } verification ? page.Line().ToString() + RollbackText.Of(verification, style) : page.ToString();
    }

    private static void AddPlan(TextPage page, ImportView view)
    {
        foreach (var group in view.Offsets.GroupBy(static row => row.GroupId))
        {
            page.Line().Line(group.Key);
            var table = new TextTable("topic", ">part", ">now", ">then", "log", "remark");
            foreach (var row in group)
            {
                table.Add(
                    [
                        row.Topic,
                        SnapshotText.Number(row.Partition),
                        row.CurrentOffset is { } now ? SnapshotText.Number(now) : "-",
                        row.Offset is { } then ? SnapshotText.Number(then) : "-",
                        row.LogStart is { } start ? $"{SnapshotText.Number(start)}-{SnapshotText.Number(row.LogEnd!.Value)}" : "-",
                        Remark(row),
                    ]);
            }

            page.Table(table);
        }
    }

    private static string Remark(ImportRow row) => row.Note switch
    {
        ImportNote.Clamped => $"clamped from {SnapshotText.Number(row.SourceOffset)}",
        ImportNote.ByTime => "by time",
        ImportNote.End => "no record that late: the end",
        ImportNote.Skipped => "does not exist, left out",
        ImportNote.Missing => "PROBLEM: does not exist",
        ImportNote.OutOfRange => $"PROBLEM: {SnapshotText.Number(row.SourceOffset)} is not in the log",
        _ => row.Offset == row.CurrentOffset ? "as it is" : "",
    };
}
