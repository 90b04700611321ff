using KafkaRestore.Cli.Archives;
using KafkaRestore.Engine.Reporting;

namespace KafkaRestore.Cli.Output;

/// <summary>The text of a restore's report.</summary>
internal static class RestoreReportText
{
    public static string Of(RestoreReport report, ConsoleStyle style)
    {
        var page = new TextPage();
        var (word, meaning, colour) = Verdict(report);
        page.Headline(word, meaning, colour, style).Line().Fields(
            ("Archive", report.BackupId),
            ("Target cluster", report.TargetClusterId ?? "unknown"),
            ("Connected by", report.TargetConnection?.ToString()),
            ("Plan", report.PlanHash));
        if (report.Status != RestoreStatus.Refused)
        {
            AddWork(page, report);
        }

        GroupsText.Add(page, report.ConsumerGroups);
        PreparationText.AddDrift(page, report.Preparation);
        PreparationText.AddEnd(page, report.Preparation);
        return page
            .List("Limits changed", report.LimitChanges.Select(LimitText.Of))
            .List("Errors", report.Errors)
            .List("Left out, because it cannot be read or written", SkipText.Of(report.Skips))
            .List("Warnings", report.Warnings)
            .List("Not checked", report.Status == RestoreStatus.Refused ? [] : report.NotChecked)
            .ToString();
    }

    private static void AddWork(TextPage page, RestoreReport report)
    {
        page.Fields(
            ("Started", $"{Show.Time(report.StartTime)}, took {Show.Duration(TimeSpan.FromMilliseconds(report.DurationMs))}"),
            ("Written by", SinkWords.Text(report.Sink, report.Delivery, report.SinkReason)),
            ("Records", $"{Show.Count(report.RecordsRestored)} restored of {Show.Count(report.RecordsPlanned)} in the selected segments"),
            ("Of these", Earlier(report)),
            ("Segments", $"{Show.Count(report.SegmentsProcessed - report.SegmentsNotRead)} read of {Show.Count(report.SegmentsPlanned)}{(report.SegmentsNotRead == 0 ? "" : $", {Show.Count(report.SegmentsNotRead)} known to lie outside the time window")}"),
            ("Not looked at", report.SegmentsLeftOutBySlack == 0 ? null : $"{Show.Count(report.SegmentsLeftOutBySlack, "segment")} with {Show.Count(report.RecordsLeftOutBySlack, "record")}, by time_window_slack"),
            ("Bytes", $"{Show.Size(report.BytesRestored)} restored, before compression"),
            ("Rate", $"{Show.Count((long)report.ThroughputRecordsPerSec)} records/s, {Show.Size(report.ThroughputBytesPerSec)}/s on average"),
            ("Left out", LeftOut(report.RecordsSkippedByWindow, report.RecordsDeduplicated, report.ControlRecordsDropped, report.OtherGenerationDropped, report.RecordsInDamagedSegments, report.UnwritableRecords) ?? "nothing"));
        foreach (var topic in report.TopicsRestored)
        {
            var name = topic.SourceTopic == topic.TargetTopic ? topic.SourceTopic : $"{topic.SourceTopic} -> {topic.TargetTopic}";
            page.Line().Line($"{name}  ({Show.Count(topic.Records, "record")}, {Show.Size(topic.Bytes)}{RepartitioningText.Of(topic.Repartitioning)})");
            var table = new TextTable(">part", "state", ">segments", ">records", ">size", "source offsets", "target offsets");
            foreach (var partition in topic.Repartitioning is null ? topic.Partitions : RepartitioningText.BySource(topic.Partitions))
            {
                Add(table, partition);
            }

            page.Table(table);
        }
    }

    private static string? Earlier(RestoreReport report) => report.RecordsRestoredBefore + report.RecordsRecognised == 0 ? null
        : $"{Show.Count(report.RecordsRestoredBefore)} restored in earlier runs, {Show.Count(report.RecordsRecognised)} recognised in the target, " +
          $"{Show.Count(report.RecordsRestored - report.RecordsRestoredBefore - report.RecordsRecognised)} sent now";

    private static (string Word, string Meaning, Colour Colour) Verdict(RestoreReport report) => report.Status switch
    {
        RestoreStatus.Done when report.SegmentsLeftOutBySlack > 0 =>
            ("DONE", "every record that was to be read is in the target; what time_window_slack has left out was not looked at, see the warnings.", Colour.Yellow),
        RestoreStatus.Done => ("DONE", "every selected record is in the target, acknowledged and accounted for.", Colour.Green),
        RestoreStatus.Partial when report.ConsumerGroups is { RecordsComplete: true, IsDone: false } =>
            ("PARTIAL", "every selected record is in the target, but not every consumer group is where it should be; the errors below say which. Run the same command again for these.", Colour.Yellow),
        RestoreStatus.Partial when report.Errors.Count == 0 => ("PARTIAL", "what cannot be read or written was left out, as asked; the list below names it. Everything else is in the target.", Colour.Yellow),
        RestoreStatus.Partial => ("PARTIAL", "something that was selected is missing at the target; the errors below say what.", Colour.Red),
        RestoreStatus.Stopped => ("STOPPED", $"stopped on request after {Show.Count(report.RecordsRestored, "acknowledged record")}; the rest is missing at the target.", Colour.Yellow),
        _ => ("REFUSED", "the restore was refused before the first record; nothing was written.", Colour.Red),
    };

    private static void Add(TextTable table, PartitionReport partition)
    {
        var remarks = new List<string>();
        if (partition is { FirstTimestamp: { } first, LastTimestamp: { } last })
        {
            remarks.Add(Show.Times(first, last));
        }

        if (partition.LeftOutBySlack > 0)
        {
            remarks.Add($"{Show.Count(partition.LeftOutBySlack, "record")} left out unread, by time_window_slack");
        }

        if (LeftOut(partition.SkippedByWindow, partition.Deduplicated, partition.ControlRecordsDropped, partition.OtherGenerationDropped, partition.InDamagedSegments, partition.Unwritable) is { } leftOut)
        {
            remarks.Add($"left out: {leftOut}");
        }

        if (partition.ArchiveCompleteness == "incomplete")
        {
            remarks.Add("the archive is incomplete here");
        }

        remarks.AddRange(partition.Gaps.Where(gap => gap.Cause != "unknown").Select(gap => CompletenessWords.Describe(gap.StartOffset, gap.EndOffset, gap.Cause, gap.Reason)));
        table.Add(
            [
                partition.TargetPartition == RepartitioningText.All || partition.SourcePartition == partition.TargetPartition ? Show.Count(partition.SourcePartition) : $"{partition.SourcePartition}->{partition.TargetPartition}",
                partition.State,
                $"{Show.Count(partition.SegmentsProcessed)}/{Show.Count(partition.SegmentsPlanned)}",
                Show.Count(partition.Records),
                Show.Size(partition.Bytes),
                Show.Offsets(partition.FirstOffset, partition.LastOffset),
                partition.TargetPartition == RepartitioningText.All ? "spread" : Show.Offsets(partition.TargetFirstOffset, partition.TargetLastOffset),
            ],
            [.. remarks]);
    }

    private static string? LeftOut(long window, long duplicates, long control, long generation, long damaged, long unwritable)
    {
        var words = new List<string>();
        Add(window, "outside the time window");
        Add(duplicates, "second copies");
        Add(control, "transaction markers");
        Add(generation, "of the other generation");
        Add(damaged, "in damaged segments");
        Add(unwritable, "that cannot be written");
        return words.Count == 0 ? null : string.Join(", ", words);

        void Add(long count, string what)
        {
            if (count > 0)
            {
                words.Add($"{Show.Count(count)} {what}");
            }
        }
    }
}
