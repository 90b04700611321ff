using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.State;

namespace KafkaRestore.Cli.Output;

/// <summary>The text of a job's saved state.</summary>
internal static class JobSummaryText
{
    /// <summary>How far it is.</summary>
    public static string Of(JobSummary job, string file, ConsoleStyle style) => Page(Verdict(job), job, file, style);

    /// <summary>The result of a restore that finds everything done.</summary>
    public static string OfFinished(JobSummary job, string file, ConsoleStyle style) =>
        Page(
            job.Skips == 0
                ? ("FINISHED", "an earlier run has restored everything that is selected; this one wrote nothing.", Colour.Green)
                : ("FINISHED", "an earlier run has restored what can be read and written, and left out the rest, as asked; this one wrote nothing.", Colour.Yellow),
            job,
            file,
            style);

    private static string Page((string Word, string Meaning, Colour Colour) verdict, JobSummary job, string file, ConsoleStyle style)
    {
        var page = new TextPage();
        page.Headline(verdict.Word, verdict.Meaning, verdict.Colour, style).Line().Fields(
            ("Job", job.Run > 1 ? $"{job.JobId}, begun anew {Show.Count(job.Run - 1, "time")}" : job.JobId),
            ("State", file),
            ("Archive", job.BackupId),
            ("Begun", Show.Time(job.StartTime)),
            (job.Status == JobStatus.Done ? "Finished" : "Last checkpoint", Show.Time(job.LastCheckpointTime)),
            ("Records", $"{Show.Count(job.RecordsRestored)} restored"),
            ("Left out", job.Skips == 0 ? null : $"{Words.OfSkips(job.Skips)} that cannot be read or written, {Show.Count(job.RecordsSkipped, "record")} in all"),
            ("Bytes", $"{Show.Size(job.BytesRestored)} restored, before compression"),
            ("Partitions", $"{Show.Count(job.LanesDone)} done of {Show.Count(job.Lanes)}, {Show.Count(job.LanesBegun - job.LanesDone)} begun, {Show.Count(job.LanesFailed)} failed in the last run"),
            ("Archive grew", job.Generations > 1 ? Show.Count(job.Generations - 1, "time") : null));
        return page.List("The job means", job.Identity.Select(pair => $"{pair.Key}: {pair.Value}")).ToString();
    }

    private static (string Word, string Meaning, Colour Colour) Verdict(JobSummary job) => job.Status switch
    {
        JobStatus.Done when job.Skips > 0 => ("DONE", "what can be read and written was restored; the rest was left out, as asked.", Colour.Yellow),
        JobStatus.Done => ("DONE", "everything that is selected was restored.", Colour.Green),
        JobStatus.Partial => ("PARTIAL", "the last run ended and left something out; the same restore command goes on with it.", Colour.Red),
        JobStatus.Stopped => ("STOPPED", "the last run was stopped on request; the same restore command goes on.", Colour.Yellow),
        _ => ("RUNNING", "a run is at it, or ended without a word (killed, refused); the same restore command then goes on.", Colour.Yellow),
    };
}
