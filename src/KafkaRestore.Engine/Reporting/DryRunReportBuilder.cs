using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Times;
using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Engine.Reporting;

/// <summary>Makes the report of a dry run from the plan and what preflight found.</summary>
public static class DryRunReportBuilder
{
    /// <summary>Makes the report.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="preflight">What the check found.</param>
    /// <param name="sink">Which sink would write; null when that cannot be known.</param>
    public static DryRunReport Build(RestorePlan plan, PreflightResult preflight, SinkDescription? sink)
    {
        var segments = plan.Sources.SelectMany(pair => Selected(pair.Source)).ToList();
        var unread = WindowForecast.Of(plan);
        return new DryRunReport
        {
            BackupId = plan.BackupId,
            Valid = preflight.Passed,
            Findings = [.. preflight.Findings.Select(DryRunFinding.Of)],
            Errors = Of(preflight, Severity.Error),
            Warnings = Of(preflight, Severity.Warning),
            Information = Of(preflight, Severity.Info),
            SegmentsToProcess = plan.SegmentCount - unread.Segments,
            RecordsToRestore = plan.RecordCount - unread.Records,
            BytesToRestore = plan.UncompressedBytes - unread.UncompressedBytes,
            BytesToRead = plan.StoredBytes,
            SegmentsOutsideWindow = unread.Segments,
            RecordsOutsideWindow = unread.Records,
            SegmentsLeftOutBySlack = plan.SegmentsLeftOut,
            RecordsLeftOutBySlack = plan.RecordsLeftOut,
            TimeRange = segments.Count == 0 ? null
                : [segments.Min(segment => Math.Min(segment.FirstTimestamp, segment.LastTimestamp)), segments.Max(segment => Math.Max(segment.FirstTimestamp, segment.LastTimestamp))],
            TopicsToRestore = Topics(plan),
            TopicsToCreate = [.. preflight.TopicsToCreate.Select(topic => topic.Name)],
            Preparation = preflight.Preparation is { } preparation ? PreparationReport.Of(preparation) : null,
            ConsumerOffsetActions = OffsetActions(plan.Rules.Headers, preflight),
            Sink = sink?.Name,
            SinkReason = sink?.Why,
            Delivery = sink?.Delivery,
            PlanHash = plan.Hash,
            TargetClusterId = preflight.Cluster?.ClusterId,
            TargetConnection = preflight.Cluster?.Connection,
        };
    }

    private static List<string> OffsetActions(HeaderOptions headers, PreflightResult preflight)
    {
        List<string> actions = [.. preflight.Findings.Where(static finding => finding.Kind == FindingKinds.GroupReset).Select(static finding => finding.What)];
        if (headers.Add)
        {
            actions.Insert(0, "Original offsets will be stored in message headers");
        }

        return actions.Count > 0 ? actions : ["Consumer offsets will not be modified"];
    }

    private static List<string> Of(PreflightResult preflight, Severity severity) =>
        [.. preflight.Findings.Where(finding => finding.Severity == severity).Select(finding => finding.Describe())];

    private static List<DryRunTopic> Topics(RestorePlan plan) =>
        [.. plan.Sources
            .GroupBy(pair => (Source: pair.Source.Topic, Target: pair.Lane.Target.Topic, pair.Lane.Repartitioning))
            .OrderBy(group => group.Key.Source, StringComparer.Ordinal)
            .Select(group => new DryRunTopic(
                group.Key.Source,
                group.Key.Target,
                group.Key.Repartitioning is { } spread ? new RepartitioningReport(Words.Of(spread.Strategy), group.Count(), spread.TargetPartitions) : null,
                [.. group.OrderBy(pair => pair.Source.Partition).Select(pair => Partition(plan, pair.Lane, pair.Source))]))];

    private static DryRunPartition Partition(RestorePlan plan, LanePlan lane, LaneSource source)
    {
        var unread = WindowForecast.Of(plan, source);
        var selected = Selected(source).ToList();
        return new DryRunPartition(
            source.Partition,
            lane.Repartitioning is null ? lane.Target.Partition : DryRunPartition.Spread,
            source.Segments.Count - unread.Segments,
            source.RecordCount - unread.Records,
            [selected.Min(segment => segment.StartOffset), selected.Max(segment => segment.EndOffset)],
            [selected.Min(segment => Math.Min(segment.FirstTimestamp, segment.LastTimestamp)), selected.Max(segment => Math.Max(segment.FirstTimestamp, segment.LastTimestamp))],
            Words.Of(source.Completeness.State));
    }

    private static IEnumerable<SegmentEntry> Selected(LaneSource source) => source.Segments.Concat(source.LeftOut);
}
