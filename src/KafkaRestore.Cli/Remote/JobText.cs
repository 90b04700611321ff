using System.Globalization;
using KafkaRestore.Api.Contracts;

namespace KafkaRestore.Cli.Remote;

/// <summary>Jobs of a service as text.</summary>
internal static class JobText
{
    /// <summary>A job.</summary>
    public static string Of(JobInfo job, ConsoleStyle style)
    {
        var page = new TextPage().Headline(Word(job.State).ToUpperInvariant(), Meaning(job), ColourOf(job.State), style).Line().Fields(
            ("Job", job.Id),
            ("Kind", job.Kind == JobKind.OffsetReset ? "offset reset" : null),
            ("Archive", job.BackupId),
            ("Submitted", Time(job.SubmittedAt)),
            ("Started", Time(job.StartedAt)),
            ("Ended", Time(job.EndedAt)),
            ("Progress", job.Progress is { } progress ? Of(progress) : null),
            ("Partitions", job.Progress is { } counted ? Of(counted.Lanes) : null),
            ("Groups", job.Groups is { } groups ? Of(groups) : null));
        return page.List("Problems", job.Problems).ToString();
    }

    /// <summary>Some jobs.</summary>
    public static string Of(JobList list)
    {
        if (list.Jobs.Count == 0)
        {
            return "no jobs\n";
        }

        var table = new TextTable("JOB", "STATE", "KIND", "ARCHIVE", ">DONE", ">RECORDS", "SUBMITTED");
        foreach (var job in list.Jobs)
        {
            table.Add([job.Id, Word(job.State), job.Kind == JobKind.OffsetReset ? "offset reset" : "restore", job.BackupId, job.Progress is { } progress ? Percent(progress) : "", job.Progress is { } records ? Show.Count(records.Records) : "", Time(job.SubmittedAt)!]);
        }

        return $"{string.Join('\n', table.Lines().Select(Printable.Line))}\n{(list.Next is { } next ? $"and more: --after {next}\n" : "")}";
    }

    /// <summary>How far a job is, on one line.</summary>
    public static string Of(JobProgress progress) =>
        $"{Percent(progress)}  {Show.Count(progress.RecordsAccountedFor)} of {Show.Count(progress.RecordsPlanned, "record")}" +
        (progress.RecordsPerSecond > 0 ? $"  {Show.Count((long)progress.RecordsPerSecond)} records/s  {Show.Size(progress.BytesPerSecond)}/s" : "") +
        (progress.SecondsLeft is { } left ? $"  {Show.Duration(TimeSpan.FromSeconds(left))} left" : "");

    /// <summary>Consumer groups: <c>12 reset, 1 failed</c>.</summary>
    public static string Of(GroupCounts groups) => $"{Show.Count(groups.Reset)} reset{(groups.Failed == 0 ? "" : $", {Show.Count(groups.Failed)} failed")}";

    /// <summary>Lanes by state: <c>3 done, 4 running</c>.</summary>
    public static string Of(LaneCounts lanes)
    {
        (int Number, string What)[] all = [(lanes.Done, "done"), (lanes.Running, "running"), (lanes.Failed, "failed"), (lanes.Stopped, "stopped"), (lanes.Waiting, "waiting")];
        return string.Join(", ", all.Where(static count => count.Number > 0).Select(static count => $"{Show.Count(count.Number)} {count.What}"));
    }

    /// <summary>Lanes, a row for each.</summary>
    public static TextTable TableOf(IEnumerable<LaneInfo> lanes)
    {
        var table = new TextTable("PARTITION", "STATE", ">DONE", ">RECORDS", "WHERE");
        foreach (var lane in lanes)
        {
            var share = lane.RecordsPlanned == 0 ? 1 : (double)lane.RecordsAccountedFor / lane.RecordsPlanned;
            table.Add([$"{lane.Topic}/{lane.Partition}", lane.State, Show.Percent(share), Show.Count(lane.Records), lane.Silo ?? ""], lane.Problem is { } problem ? [problem] : []);
        }

        return table;
    }

    /// <summary>The service and its nodes.</summary>
    public static string Of(ClusterInfo cluster)
    {
        var table = new TextTable("SILO", "STATE", ">LANES", ">MEMORY", "SINCE");
        foreach (var silo in cluster.Silos)
        {
            table.Add([silo.Name, silo.State, Show.Count(silo.Lanes), silo.MemoryBytes is { } bytes ? Show.Size(bytes) : "", Time(silo.StartedAt)!]);
        }

        return new TextPage().Fields(
            ("Service", $"{cluster.Mode}, version {cluster.Version}"),
            ("Jobs", cluster.Jobs.Count == 0 ? "none" : string.Join(", ", cluster.Jobs.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{Show.Count(pair.Value)} {pair.Key}"))))
            .Line().Table(table).ToString();
    }

    /// <summary>Limits before and after a change.</summary>
    public static string Of(LimitsChanged changed)
    {
        var (before, now) = (changed.Before, changed.After);
        return new TextPage().Fields(
            ("Records/s", Pair(LimitText.Records(before.RateLimitRecordsPerSec), LimitText.Records(now.RateLimitRecordsPerSec))),
            ("Bytes/s", Pair(LimitText.Bytes(before.RateLimitBytesPerSec), LimitText.Bytes(now.RateLimitBytesPerSec))),
            ("At once", Pair(LimitText.Partitions(before.MaxConcurrentPartitions), LimitText.Partitions(now.MaxConcurrentPartitions)))).ToString();

        static string Pair(string before, string now) => before == now ? now : $"{now} (was {before})";
    }

    /// <summary>A state as a word.</summary>
    public static string Word(JobState state) => state.ToString().ToLowerInvariant();

    private static string Percent(JobProgress progress) => progress.Percent.ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string? Time(DateTimeOffset? time) => time is { } known ? Show.Time(known.ToUnixTimeMilliseconds()) : null;

    private static string Meaning(JobInfo job) => job.State switch
    {
        JobState.Queued => "the job is accepted and waits for its turn",
        JobState.Running => "the job runs",
        JobState.Pausing or JobState.Cancelling => "the job settles what is under way",
        JobState.Paused => $"the job stands still; `kafka-restore resume {job.Id}` lets it go on",
        JobState.Cancelled => "the job was ended on request; what it has written stays",
        JobState.Done when job.Kind == JobKind.OffsetReset => "every group is where it should be",
        JobState.Done => "everything is restored and accounted for",
        JobState.Partial => $"something is missing; `kafka-restore report {job.Id}` says what, `kafka-restore resume {job.Id}` goes on",
        JobState.Refused when job.Kind == JobKind.OffsetReset => "it was refused before the first commit; nothing was changed by this run",
        JobState.Refused => "it was refused before the first record; nothing was written by this run",
        _ => "it ended by a defect or something that nobody foresaw",
    };

    private static Colour ColourOf(JobState state) => state switch
    {
        JobState.Done => Colour.Green,
        JobState.Partial or JobState.Refused or JobState.Failed => Colour.Red,
        _ => Colour.Yellow,
    };
}
