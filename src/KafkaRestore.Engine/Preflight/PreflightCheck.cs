using System.Collections.Concurrent;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Times;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight;

/// <summary>
/// Checks a plan against storage and target before anything is written, and reports every finding, not only the first. Changes nothing.
/// </summary>
/// <remarks>
/// Segments that the time index spares must exist all the same, in the size that they had when their times were noted; those that the window's slack leaves out are not looked for.
/// Not checked here: what is inside the segments, rights to write, disk space, and whether retention will delete old records again
/// (a warning says so where times suggest it).
/// </remarks>
/// <param name="plan">The plan.</param>
/// <param name="options">What was asked for.</param>
/// <param name="storage">Where the archive is.</param>
/// <param name="cluster">The target.</param>
/// <param name="time">The clock.</param>
/// <param name="begun">Targets of lanes that an earlier run of the job has begun: they may hold records, which the lanes themselves judge.</param>
/// <param name="segments">Which segments' objects are looked for; null: all of the plan.</param>
public sealed class PreflightCheck(
    RestorePlan plan,
    RestoreOptions options,
    IArchiveStorage storage,
    ITargetCluster cluster,
    TimeProvider time,
    IReadOnlySet<TargetPartition>? begun = null,
    NeededSegments? segments = null)
{
    private const int StatsAtOnce = 32;
    private const int FindingsOfOneKind = 50;
    private static readonly TimeSpan DefaultRetention = TimeSpan.FromDays(7);

    private readonly NeededSegments _segments = segments ?? NeededSegments.Of(plan, options);
    private readonly List<Finding> _findings = [];

    /// <summary>Runs all checks.</summary>
    public async Task<PreflightResult> RunAsync(CancellationToken cancellationToken)
    {
        _findings.AddRange(plan.Warnings.Select(warning => new Finding(Severity.Warning, null, warning)));
        CheckCompleteness();
        CheckWindow();
        await CheckObjectsAsync(cancellationToken).ConfigureAwait(false);
        var result = new PreflightResult { Findings = _findings };
        try
        {
            result = result with { Cluster = await cluster.ConnectAsync(cancellationToken).ConfigureAwait(false) };
            result = await CheckTargetAsync(result, cancellationToken).ConfigureAwait(false);
        }
        catch (RestoreException failure)
        {
            _findings.Add(Finding.From(failure));
        }

        return result with { Findings = [.. _findings.OrderByDescending(finding => finding.Severity)] };
    }

    private void CheckCompleteness()
    {
        var unproven = new List<string>();
        foreach (var source in plan.Sources.Select(pair => pair.Source).OrderBy(source => source.Topic, StringComparer.Ordinal).ThenBy(source => source.Partition))
        {
            if (source.Completeness.State == CompletenessState.NotProvable)
            {
                unproven.Add(source.ToString());
            }

            foreach (var hole in source.Completeness.Holes.Where(hole => hole.Cause != HoleCause.Unknown))
            {
                _findings.Add(new Finding(
                    Severity.Warning,
                    null,
                    hole.Cause == HoleCause.Unexplained
                        ? $"the archive lacks the source offsets {hole.Start} to {hole.End} and does not say why"
                        : $"the archive does not hold the source offsets {hole.Start} to {hole.End}: {hole.Reason}",
                    source.ToString()));
            }
        }

        if (unproven.Count > 0)
        {
            _findings.Add(new Finding(Severity.Info, null,
                $"the archive cannot prove that it is complete for {unproven.Count} partition(s); archives made before 0.25 do not record it",
                string.Join(", ", unproven.Take(10)) + (unproven.Count > 10 ? ", …" : "")));
        }
    }

    private void CheckWindow()
    {
        _findings.AddRange(WindowWords.Warnings(plan).Select(warning => new Finding(Severity.Warning, null, warning)));
        if (WindowWords.Spared(plan, WindowForecast.Of(plan).Segments) is { } spared)
        {
            _findings.Add(new Finding(Severity.Info, null, spared));
        }
    }

    private async Task CheckObjectsAsync(CancellationToken cancellationToken)
    {
        var found = new ConcurrentBag<Finding>();
        try
        {
            await new ObjectCheck(options, storage).RunAsync(_segments.First, StatsAtOnce, found.Add, cancellationToken).ConfigureAwait(false);
        }
        catch (RestoreException failure)
        {
            _findings.Add(Finding.From(failure));
        }

        if (!_segments.IsAll)
        {
            _findings.Add(new Finding(Severity.Info, null, "the job goes on: the objects of the segments that come next were looked for, those behind them are while it runs"));
        }

        _findings.AddRange(found.OrderBy(finding => finding.Where, StringComparer.Ordinal).Take(FindingsOfOneKind));
        if (found.Count > FindingsOfOneKind)
        {
            var (severity, code) = found.All(finding => finding.Severity == Severity.Warning) ? (Severity.Warning, null) : (Severity.Error, ErrorCodes.PreflightFailed);
            _findings.Add(new Finding(severity, code, $"{found.Count - FindingsOfOneKind} more objects are missing or have another size"));
        }
    }

    private async Task<PreflightResult> CheckTargetAsync(PreflightResult result, CancellationToken cancellationToken)
    {
        var existing = await cluster.DescribeTopicsAsync([.. plan.Topics.Select(topic => topic.Name)], cancellationToken).ConfigureAwait(false);
        var missing = plan.Topics.Where(topic => !existing.ContainsKey(topic.Name)).ToList();
        if (!options.Preparation.CreateTopics)
        {
            _findings.AddRange(missing.Select(topic => new Finding(Severity.Error, ErrorCodes.TargetTopicMissing,
                $"the target has no topic '{topic.Name}' (it would need {topic.PartitionsNeeded} partition(s))", topic.Name)));
        }

        CheckTopics(existing);
        await CheckEmptyAsync(existing, cancellationToken).ConfigureAwait(false);
        CheckRetention(existing);
        return result with { ExistingTopics = existing, TopicsToCreate = options.Preparation.CreateTopics ? missing : [] };
    }

    private void CheckTopics(IReadOnlyDictionary<string, TopicDescription> existing)
    {
        foreach (var topic in plan.Topics)
        {
            if (!existing.TryGetValue(topic.Name, out var found))
            {
                continue;
            }

            if (found.Partitions < topic.PartitionsNeeded)
            {
                _findings.Add(new Finding(Severity.Error, ErrorCodes.TargetPartitions,
                    $"the topic has {found.Partitions} partition(s), {topic.PartitionsNeeded} are needed", topic.Name));
            }
            else if (found.Partitions != topic.PartitionsToCreate)
            {
                _findings.Add(new Finding(Severity.Warning, null,
                    $"the topic has {found.Partitions} partition(s), the source had {topic.PartitionsToCreate}: producers that go by key will choose other partitions than the restored records have", topic.Name));
            }

            if (string.Equals(found.TimestampType, "LogAppendTime", StringComparison.OrdinalIgnoreCase))
            {
                _findings.Add(new Finding(Severity.Error, ErrorCodes.TargetTimestamps, "the topic would overwrite every restored timestamp", topic.Name));
            }
        }
    }

    private async Task CheckEmptyAsync(IReadOnlyDictionary<string, TopicDescription> existing, CancellationToken cancellationToken)
    {
        var partitions = plan.Lanes.Select(lane => lane.Target)
            .Where(target => begun?.Contains(target) != true)
            .Where(target => existing.TryGetValue(target.Topic, out var topic) && target.Partition < topic.Partitions)
            .ToList();
        if (partitions.Count == 0)
        {
            return;
        }

        var ranges = await cluster.ReadRangesAsync(partitions, cancellationToken).ConfigureAwait(false);
        var held = await cluster.FindRecordsAsync(ranges, cancellationToken).ConfigureAwait(false);
        foreach (var target in held.OrderBy(target => target.Topic, StringComparer.Ordinal).ThenBy(target => target.Partition))
        {
            var range = ranges[target];
            var what = $"the partition holds {range.Offsets} offset(s) already, {range.LogStart} to {range.End - 1}";
            _findings.Add(options.Preparation.AppendToExisting
                ? new Finding(Severity.Warning, null, what + "; the restore appends behind them", target.ToString())
                : new Finding(Severity.Error, ErrorCodes.TargetNotEmpty, what, target.ToString()));
        }
    }

    /// <summary>Old records under a short retention are deleted again, often within a minute of being restored.</summary>
    private void CheckRetention(IReadOnlyDictionary<string, TopicDescription> existing)
    {
        foreach (var topic in plan.Topics)
        {
            var found = existing.GetValueOrDefault(topic.Name);
            if ((found is null && !options.Preparation.CreateTopics) || found is { RetentionMs: null })
            {
                continue;
            }

            var oldest = OldestKnown(topic);
            var retention = found?.RetentionMs is { } ms ? TimeSpan.FromMilliseconds(Math.Min(ms, TimeSpan.MaxValue.TotalMilliseconds / 2)) : DefaultRetention;
            if (oldest >= 0 && time.GetUtcNow().ToUnixTimeMilliseconds() - oldest > retention.TotalMilliseconds)
            {
                _findings.Add(new Finding(Severity.Warning, null,
                    $"the archive holds records from {DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(oldest, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())):yyyy-MM-dd}; {(found is null ? "the topic is created with the broker's default retention" : $"the topic keeps records for {retention.TotalDays:0.##} days")}, which may delete them again within a minute of being restored",
                    topic.Name, found is null ? "Create the topic yourself with retention.ms=-1, or raise log.retention.ms on the brokers, before the restore." : "Set retention.ms=-1 on it for the restore.") { Subject = FindingSubject.Retention });
            }
        }
    }

    /// <summary>The smallest first timestamp of the topic's segments that a time window could still select; -1 when none is known.</summary>
    private long OldestKnown(TopicPlan topic)
    {
        var first = plan.Sources.Where(pair => pair.Lane.Target.Topic == topic.Name).SelectMany(pair => pair.Source.Segments)
            .Select(segment => segment.FirstTimestamp).Where(timestamp => timestamp >= 0).DefaultIfEmpty(-1).Min();
        return first < 0 ? -1 : Math.Max(first, plan.Rules.WindowStart ?? 0);
    }
}
