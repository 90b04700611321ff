using KafkaRestore.Cli.Archives;
using KafkaRestore.Engine.Reporting;

namespace KafkaRestore.Cli.Output;

/// <summary>The text of a dry run's report.</summary>
internal static class DryRunReportText
{
    public static string Of(DryRunReport report, ConsoleStyle style)
    {
        var page = new TextPage();
        if (report.Valid)
        {
            page.Headline("VALID", "a restore would begin. Nothing was written.", Colour.Green, style);
        }
        else
        {
            page.Headline("INVALID", "a restore would be refused. Nothing was written.", Colour.Red, style);
        }

        page.Line().Fields(
            ("Archive", report.BackupId),
            ("Target cluster", report.TargetClusterId ?? "unknown"),
            ("Connected by", report.TargetConnection?.ToString()),
            ("Plan", report.PlanHash.Length == 0 ? "none" : report.PlanHash),
            ("Written by", SinkWords.Text(report.Sink, report.Delivery, report.SinkReason)),
            ("Segments", Show.Count(report.SegmentsToProcess)),
            ("Records", $"{Show.Count(report.RecordsToRestore)} at most; a time window is decided record by record"),
            ("Not read", NotRead(report)),
            ("Bytes", $"{Show.Size(report.BytesToRestore)} before compression, {Show.Size(report.BytesToRead)} to be read"),
            ("Time range", report.TimeRange is [var first, var last] ? $"{Show.Times(first, last)} (by the segments' first and last records)" : null),
            ("To be created", report.TopicsToCreate.Count == 0 ? null : string.Join(", ", report.TopicsToCreate)),
            ("Consumer groups", report.ConsumerOffsetActions.Count == 0 ? null : string.Join("; ", report.ConsumerOffsetActions)));
        page.List("Errors", Findings(report, "error")).List("Warnings", Findings(report, "warning")).List("Information", Findings(report, "info"));
        foreach (var topic in report.TopicsToRestore)
        {
            page.Line().Line((topic.SourceTopic == topic.TargetTopic ? topic.SourceTopic : $"{topic.SourceTopic} -> {topic.TargetTopic}") + RepartitioningText.Of(topic.Repartitioning));
            var table = new TextTable(">part", ">segments", ">records", "source offsets", "times", "archive");
            foreach (var partition in topic.Partitions)
            {
                table.Add(
                [
                    partition.TargetPartition == DryRunPartition.Spread || partition.SourcePartition == partition.TargetPartition ? Show.Count(partition.SourcePartition) : $"{partition.SourcePartition}->{partition.TargetPartition}",
                    Show.Count(partition.Segments),
                    Show.Count(partition.Records),
                    Show.Offsets(partition.OffsetRange[0], partition.OffsetRange[1]),
                    Show.Times(partition.TimestampRange[0], partition.TimestampRange[1]),
                    CompletenessWords.Text(partition.ArchiveCompleteness),
                ]);
            }

            page.Table(table);
        }

        PreparationText.AddDrift(page, report.Preparation);
        return page.ToString();
    }

    /// <summary>The findings of a severity, those of a kind together; what to do stands behind the last of those that have it in common.</summary>
    private static IEnumerable<string> Findings(DryRunReport report, string severity) =>
        from finding in report.Findings
        where finding.Severity == severity
        group finding by (finding.Kind, finding.WhatToDo) into alike
        let last = alike.Last()
        from finding in alike
        let remedy = ReferenceEquals(finding, last) ? alike.Key.WhatToDo : null
        select $"[{finding.Kind}] {(finding.Code is null ? "" : finding.Code + ": ")}{finding.What}{(finding.Where is null ? "" : $" ({finding.Where})")}{(remedy is null ? "" : ". " + remedy)}";

    private static string? NotRead(DryRunReport report)
    {
        var words = new List<string>();
        if (report.SegmentsOutsideWindow > 0)
        {
            words.Add($"{Show.Count(report.SegmentsOutsideWindow, "segment")} with {Show.Count(report.RecordsOutsideWindow, "record")} outside the time window, by the time index");
        }

        if (report.SegmentsLeftOutBySlack > 0)
        {
            words.Add($"{Show.Count(report.SegmentsLeftOutBySlack, "segment")} with {Show.Count(report.RecordsLeftOutBySlack, "record")} left out by time_window_slack");
        }

        return words.Count == 0 ? null : string.Join("; ", words);
    }
}
