using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Running;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Reporting;

/// <summary>Makes the report of a run from what its lanes counted.</summary>
internal static class ReportBuilder
{
    public static RestoreReport Build(
        RestorePlan plan,
        PreflightResult preflight,
        RestoreProgress progress,
        LogEndCheck ends,
        RestoreException? refused,
        SinkDescription? sink,
        bool stopped,
        DateTimeOffset now)
    {
        var errors = preflight.Findings.Where(finding => finding.Severity == Severity.Error).Select(finding => finding.Describe()).ToList();
        if (refused is not null)
        {
            errors.Add(refused.Describe());
        }

        errors.AddRange(progress.Lanes.Where(lane => lane.Failure is not null).Select(lane => $"{lane.Lane.Target}: {lane.Failure!.Describe()}"));
        errors.AddRange(ends.Failures.Values.Select(failure => failure.Describe()));
        var notRead = progress.Lanes.Sum(lane => lane.Counters.Sum(counter => counter.SegmentsUnread));
        var rows = progress.Lanes.SelectMany(lane => Rows(lane, ends)).ToList();
        var skips = SkipReport.Of(progress.Lanes);
        var seconds = Math.Max(progress.Elapsed.TotalSeconds, 0.001);
        var (records, bytes) = (progress.Records, progress.Bytes);
        var before = progress.Lanes.Sum(lane => lane.RestoredBefore);
        var bytesBefore = progress.Lanes.Sum(lane => lane.RestoredBytesBefore);
        return new RestoreReport
        {
            BackupId = plan.BackupId,
            Status = refused is not null || !preflight.Passed ? RestoreStatus.Refused
                : errors.Count > 0 ? RestoreStatus.Partial
                : stopped ? RestoreStatus.Stopped
                : skips.Total > 0 ? RestoreStatus.Partial
                : RestoreStatus.Done,
            PlanHash = plan.Hash,
            TargetClusterId = preflight.Cluster?.ClusterId,
            TargetConnection = preflight.Cluster?.Connection,
            Sink = sink?.Name,
            SinkReason = sink?.Why,
            Delivery = sink?.Delivery,
            StartTime = progress.StartedAt.ToUnixTimeMilliseconds(),
            EndTime = now.ToUnixTimeMilliseconds(),
            DurationMs = (long)progress.Elapsed.TotalMilliseconds,
            TopicsRestored = Topics(rows),
            SegmentsProcessed = rows.Sum(row => row.Report.SegmentsProcessed),
            SegmentsNotRead = notRead,
            SegmentsPlanned = plan.SegmentCount,
            SegmentsLeftOutBySlack = plan.SegmentsLeftOut,
            RecordsLeftOutBySlack = plan.RecordsLeftOut,
            RecordsRestored = records,
            RecordsRestoredBefore = before,
            RecordsRecognised = progress.Lanes.Sum(lane => lane.Recognised),
            RecordsPlanned = plan.RecordCount,
            BytesRestored = bytes,
            RecordsSkippedByWindow = rows.Sum(row => row.Report.SkippedByWindow),
            RecordsDeduplicated = rows.Sum(row => row.Report.Deduplicated),
            ControlRecordsDropped = rows.Sum(row => row.Report.ControlRecordsDropped),
            OtherGenerationDropped = rows.Sum(row => row.Report.OtherGenerationDropped),
            RecordsInDamagedSegments = rows.Sum(row => row.Report.InDamagedSegments),
            UnwritableRecords = rows.Sum(row => row.Report.Unwritable),
            Skips = skips,
            ThroughputRecordsPerSec = Math.Round((records - before) / seconds, 1),
            ThroughputBytesPerSec = Math.Round((bytes - bytesBefore) / seconds, 1),
            LimitChanges = progress.Steering.Changes,
            Errors = errors,
            Warnings = [.. preflight.Findings.Where(finding => finding.Severity == Severity.Warning).Select(finding => finding.Describe()), .. ends.Warnings, .. progress.Warnings, .. progress.Steering.Warnings, .. Notes(progress), .. WindowWords.Lessons(plan)],
            NotChecked = [.. NotChecked(rows, ends), .. WindowWords.NotChecked(plan, notRead)],
            OffsetMapping = new OffsetMappingSummary(Mapping(rows)),
        };
    }

    private static IEnumerable<Row> Rows(LaneStatus lane, LogEndCheck ends)
    {
        for (var i = 0; i < lane.Lane.Sources.Count; i++)
        {
            var source = lane.Lane.Sources[i];
            var acks = lane.AcksOf(i);
            var counters = lane.Counters[i];
            var any = acks.Records > 0;
            var state = ends.Failures.ContainsKey(lane.Lane.Target) ? LaneState.Failed : lane.State;
            yield return new Row(source.Topic, lane.Lane.Target.Topic, lane.Lane.Repartitioning, new PartitionReport
            {
                SourcePartition = source.Partition,
                TargetPartition = lane.Lane.Target.Partition,
                State = Words.Of(state),
                SegmentsProcessed = counters.SegmentsRead,
                SegmentsPlanned = lane.Lane.OwnsSources ? source.Segments.Count : 0,
                LeftOutBySlack = lane.Lane.OwnsSources ? source.LeftOut.Sum(segment => segment.RecordCount) : 0,
                Records = acks.Records,
                Bytes = acks.Bytes,
                FirstOffset = any ? acks.FirstSourceOffset : null,
                LastOffset = any ? acks.LastSourceOffset : null,
                TargetFirstOffset = any ? acks.FirstTargetOffset : null,
                TargetLastOffset = any ? acks.LastTargetOffset : null,
                FirstTimestamp = any ? acks.FirstTimestamp : null,
                LastTimestamp = any ? acks.LastTimestamp : null,
                SkippedByWindow = counters.SkippedByWindowCount,
                Deduplicated = counters.DuplicateCount,
                ControlRecordsDropped = counters.ControlCount,
                ControlRecordOffsets = counters.ControlExamples,
                OtherGenerationDropped = counters.OtherGenerationCount,
                InDamagedSegments = counters.DamagedCount,
                Unwritable = counters.UnwritableCount,
                ArchiveCompleteness = Words.Of(source.Completeness.State),
                Gaps = !lane.Lane.OwnsSources ? [] : [.. source.Completeness.Holes.Select(hole => new GapReport(hole.Start, hole.End, Words.Of(hole.Cause), hole.Reason))],
            });
        }
    }

    private static List<TopicReport> Topics(List<Row> rows) =>
        [.. rows.GroupBy(row => (row.Source, row.Target, row.Spread))
            .OrderBy(group => group.Key.Source, StringComparer.Ordinal).ThenBy(group => group.Key.Target, StringComparer.Ordinal)
            .Select(group => new TopicReport
            {
                SourceTopic = group.Key.Source,
                TargetTopic = group.Key.Target,
                Repartitioning = group.Key.Spread is { } spread
                    ? new RepartitioningReport(Words.Of(spread.Strategy), group.Select(row => row.Report.SourcePartition).Distinct().Count(), spread.TargetPartitions)
                    : null,
                Partitions = [.. group.Select(row => row.Report).OrderBy(report => report.SourcePartition).ThenBy(report => report.TargetPartition)],
                Records = group.Sum(row => row.Report.Records),
                Bytes = group.Sum(row => row.Report.Bytes),
            })];

    private static IEnumerable<string> Notes(RestoreProgress progress)
    {
        foreach (var lane in progress.Lanes)
        {
            if (lane.Warning is { } warning)
            {
                yield return warning;
            }

            foreach (var note in lane.Counters.SelectMany(counter => counter.Notes))
            {
                yield return $"taken at its word against the manifest: {note}";
            }

            for (var i = 0; i < lane.Counters.Count; i++)
            {
                if (lane.Counters[i].ControlCount is > 0 and var count)
                {
                    yield return $"{count} record(s) of {lane.Lane.Sources[i]} have the exact form of a transaction marker and were left out (drop_control_records: never restores them)";
                }
            }
        }
    }

    private static List<string> NotChecked(List<Row> rows, LogEndCheck ends)
    {
        var notChecked = new List<string> { "the records were not read back from the target and compared" };
        if (!ends.WasRun)
        {
            notChecked.Add("the ends of the target's logs");
        }

        var unproven = rows.Where(row => row.Report.ArchiveCompleteness == Words.Of(CompletenessState.NotProvable)).Select(row => (row.Source, row.Report.SourcePartition)).Distinct().Count();
        if (unproven > 0)
        {
            notChecked.Add($"whether the archive holds every record of {unproven} partition(s): it does not record enough to tell");
        }

        return notChecked;
    }

    private static SortedDictionary<string, OffsetMappingEntry> Mapping(List<Row> rows)
    {
        var entries = new SortedDictionary<string, OffsetMappingEntry>(StringComparer.Ordinal);
        foreach (var group in rows.Where(row => row.Report.Records > 0).GroupBy(row => (row.Target, row.Report.TargetPartition)))
        {
            // Where several sources share a target partition their source offsets have no common axis; each topic's own rows hold them.
            if (group.Count() == 1)
            {
                var report = group.Single().Report;
                entries[$"{group.Key.Target}/{group.Key.TargetPartition}"] = new OffsetMappingEntry
                {
                    Topic = group.Key.Target,
                    Partition = group.Key.TargetPartition,
                    SourceFirstOffset = report.FirstOffset!.Value,
                    SourceLastOffset = report.LastOffset!.Value,
                    TargetFirstOffset = report.TargetFirstOffset,
                    TargetLastOffset = report.TargetLastOffset,
                    FirstTimestamp = report.FirstTimestamp!.Value,
                    LastTimestamp = report.LastTimestamp!.Value,
                };
            }
        }

        return entries;
    }

    private sealed record Row(string Source, string Target, Repartitioning? Spread, PartitionReport Report);
}
