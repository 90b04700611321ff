using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preparation;

/// <summary>
/// Deleting the records of existing target topics before the first write (<c>purge_topics</c>): found and named by the check, and done only where it was confirmed and the job has not begun. No more
/// is deleted than was named.
/// </summary>
public sealed record Purge
{
    private const int NamedTopics = 50;

    /// <summary>By partition the first offset that stays.</summary>
    public required IReadOnlyDictionary<TargetPartition, long> Before { get; init; }

    /// <summary>Extends what preflight found.</summary>
    /// <param name="preflight">What it found; the target was reached.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="hasBegun">Whether a lane of the job has begun.</param>
    /// <param name="cluster">The target.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    internal static async Task<PreflightResult> ExtendAsync(
        PreflightResult preflight, RestorePlan plan, PreparationOptions options, bool hasBegun, ITargetCluster cluster, CancellationToken cancellationToken)
    {
        if (!options.PurgeTopics)
        {
            return preflight;
        }

        if (hasBegun)
        {
            return With(preflight, FindingKinds.Purge.Info("purge_topics: no record is deleted, because the job has begun"));
        }

        var partitions = preflight.ExistingTopics.Values.SelectMany(static topic => Enumerable.Range(0, topic.Partitions), static (topic, partition) => new TargetPartition(topic.Name, partition)).ToList();
        IReadOnlyDictionary<TargetPartition, PartitionRange> ranges;
        try
        {
            ranges = await cluster.ReadRangesAsync(partitions, cancellationToken).ConfigureAwait(false);
        }
        catch (RestoreException failure)
        {
            return With(preflight, Finding.From(failure));
        }

        var held = ranges.Where(static pair => pair.Value.Offsets > 0).ToDictionary();
        if (held.Count == 0)
        {
            return With(preflight, FindingKinds.Purge.Info("purge_topics: no target topic holds a record"));
        }

        var topics = held.GroupBy(static pair => pair.Key.Topic, StringComparer.Ordinal).OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => $"{group.Key} ({group.Sum(static pair => pair.Value.Offsets)} offsets)").ToList();
        var named = string.Join(", ", topics.Take(NamedTopics)) + (topics.Count > NamedTopics ? $" and {topics.Count - NamedTopics} more" : "");
        var own = plan.Lanes.Select(static lane => lane.Target.ToString()).ToHashSet(StringComparer.Ordinal);
        var others = preflight with { Findings = [.. preflight.Findings.Where(finding => finding.Code != ErrorCodes.TargetNotEmpty || finding.Where is null || !own.Contains(finding.Where))] };
        return options.PurgeConfirmed
            ? With(others, FindingKinds.Purge.Warning($"purge_topics: the records of {topics.Count} topic(s) are deleted before the first write: {named}", hint: "Only a restore with --purge does so.")) with
            {
                Purge = new Purge { Before = held.ToDictionary(static pair => pair.Key, static pair => pair.Value.End) },
            }
            : With(others, FindingKinds.Purge.Error(
                $"purge_topics would delete the records of {topics.Count} topic(s): {named}", hint: "Run again with --purge to delete them, or leave restore.purge_topics out."));
    }

    /// <summary>Deletes them.</summary>
    /// <exception cref="RestoreException">TARGET_DENIED, TARGET_UNREACHABLE, TARGET_SETTINGS; CONFIG_NOT_SUPPORTED: this target cannot.</exception>
    internal Task RunAsync(ITargetCluster cluster, CancellationToken cancellationToken) => cluster is IRecordDeletion deletion
        ? deletion.DeleteRecordsAsync(Before, cancellationToken)
        : throw new RestoreException(ErrorCodes.ConfigNotSupported, "records cannot be deleted at this target", "restore.purge_topics");

    private static PreflightResult With(PreflightResult preflight, Finding finding) =>
        preflight with { Findings = [.. preflight.Findings.Append(finding).OrderByDescending(static each => each.Severity)] };
}
