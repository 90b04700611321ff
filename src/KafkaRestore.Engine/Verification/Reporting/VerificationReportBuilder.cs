using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Verification.Comparison;

namespace KafkaRestore.Engine.Verification.Reporting;

/// <summary>Makes the report of a comparison.</summary>
internal static class VerificationReportBuilder
{
    public static VerificationReport Build(
        VerificationProgress progress, RestoreOptions restore, VerificationOptions options, string? clusterId, IReadOnlyList<string> warnings)
    {
        var lanes = progress.Lanes.OrderBy(lane => lane.Lane.Target.Topic, StringComparer.Ordinal).ThenBy(lane => lane.Lane.Target.Partition).ToList();
        var duration = progress.Elapsed;
        return new VerificationReport
        {
            BackupId = restore.BackupId,
            Status = StatusOf(lanes),
            Level = options.Level,
            PlanHash = progress.Plan.Hash,
            TargetClusterId = clusterId,
            IgnoredHeaders = options.IgnoredHeaders,
            TimestampsIgnored = options.IgnoreTimestamps,
            StartTime = progress.StartedAt.ToUnixTimeMilliseconds(),
            DurationMs = (long)duration.TotalMilliseconds,
            RecordsExpected = lanes.Sum(lane => lane.Expected),
            RecordsInTarget = lanes.Sum(lane => lane.Found),
            RecordsNewer = lanes.Sum(lane => lane.Verdict?.Newer ?? 0),
            BytesRead = progress.Bytes,
            ThroughputBytesPerSec = duration > TimeSpan.Zero ? progress.Bytes / duration.TotalSeconds : 0,
            Partitions = [.. lanes.Select(Of)],
            Errors = [.. lanes.Where(lane => lane.Failure is not null).Select(lane => $"{lane.Lane.Target}: {lane.Failure!.Describe()}")],
            Warnings = warnings,
            NotChecked = [.. NotChecked(options, lanes.Count), .. WindowWords.NotChecked(progress.Plan)],
        };
    }

    private static VerificationStatus StatusOf(List<LaneVerification> lanes) =>
        lanes.Exists(lane => lane.State is LaneVerificationState.Stopped or LaneVerificationState.Waiting or LaneVerificationState.Running) ? VerificationStatus.Stopped
        : lanes.TrueForAll(lane => lane is { State: LaneVerificationState.Failed, Found: 0 }) ? VerificationStatus.Refused
        : lanes.Exists(lane => lane.Verdict?.Difference is not null) ? VerificationStatus.Different
        : lanes.Exists(lane => lane.State == LaneVerificationState.Failed) ? VerificationStatus.Partial
        : VerificationStatus.Equal;

    private static PartitionVerification Of(LaneVerification lane) => new()
    {
        Topic = lane.Lane.Target.Topic,
        Partition = lane.Lane.Target.Partition,
        Sources = [.. lane.Lane.Sources.Select(source => source.ToString())],
        State = lane.State,
        TargetStartOffset = lane.Range?.LogStart,
        TargetEndOffset = lane.Range?.End,
        RecordsExpected = lane.Expected,
        RecordsInTarget = lane.Found,
        RecordsNewer = lane.Verdict?.Newer ?? 0,
        ExpectedSha256 = lane.Verdict?.ExpectedHash,
        TargetSha256 = lane.Verdict?.FoundHash,
        Difference = lane.Verdict?.Difference is { } difference ? Of(difference, lane) : null,
        Error = lane.Failure?.Describe(),
    };

    private static DifferenceReport Of(Difference difference, LaneVerification lane) => new()
    {
        Kind = difference.Kind,
        EqualBefore = difference.Position,
        Records = difference.Records,
        Source = difference.Source is { } source ? lane.Lane.Sources[source].ToString() : null,
        SourceOffset = difference.SourceOffset,
        TargetOffset = difference.TargetOffset,
    };

    private static IEnumerable<string> NotChecked(VerificationOptions options, int lanes)
    {
        if (lanes == 0)
        {
            yield return "anything: no selected partition of the archive has a record";
        }

        yield return "target partitions into which the plan puts nothing";
        yield return "records that were written to the target after the comparison began";
        yield return "whether records belong to a transaction that was aborted or is open: they count as any other";
        if (options.Level == VerificationLevel.Counts)
        {
            yield return "what is in the records (levels hashes and records compare it)";
            yield return "whether segments hold as many records as the manifest says, where it alone was asked";
        }

        if (options.LeftOut.Count > 0)
        {
            yield return $"what the restore has left out: {Words.OfSkips(options.LeftOut.Count)}, {options.LeftOut.Sum(skip => skip.Records)} record(s) in all";
        }

        if (options.IgnoredHeaders.Count > 0)
        {
            yield return $"headers {string.Join(", ", options.IgnoredHeaders)}";
        }

        if (options.IgnoreTimestamps)
        {
            yield return "timestamps";
        }
    }
}
