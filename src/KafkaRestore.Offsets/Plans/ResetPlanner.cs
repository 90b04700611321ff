using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Offsets.Translation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Plans;

/// <summary>Makes plans: translates, and compares with what the target holds. Changes nothing.</summary>
/// <param name="translation">From source to target.</param>
/// <param name="target">The target; null plans without it: no offset is compared with the log, and partitions without a restored record have no place.</param>
/// <param name="time">The clock.</param>
public sealed class ResetPlanner(IGroupTranslation translation, IConsumerGroups? target, TimeProvider time)
{
    /// <summary>Makes a plan for groups.</summary>
    /// <param name="sources">The groups, as they were at their source cluster.</param>
    /// <param name="backupId">The archive; null when there is none.</param>
    /// <param name="bootstrapServers">Brokers of the target.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="RestoreException">A map, the archive or the target cannot be read; GROUP_UNREADABLE: a group's commits at the target cannot.</exception>
    public async Task<OffsetResetPlan> PlanAsync(SourceGroups sources, string? backupId, IReadOnlyList<string> bootstrapServers, CancellationToken cancellationToken)
    {
        var translated = await translation.TranslateAsync(sources.Groups, cancellationToken).ConfigureAwait(false);
        var cluster = target is null ? null : await target.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var seen = target is null ? null : await LookAsync(target, translated, cancellationToken).ConfigureAwait(false);
        return new OffsetResetPlan
        {
            GeneratedAt = time.GetUtcNow(),
            Strategy = translation.Strategy,
            BackupId = backupId,
            TargetClusterId = cluster?.ClusterId,
            BootstrapServers = bootstrapServers,
            OffsetsFrom = sources.Where,
            OffsetsTakenAt = sources.TakenAt,
            Groups = [.. translated.Select(group => Plan(group, seen))],
        };
    }

    private static async Task<Seen> LookAsync(IConsumerGroups target, IReadOnlyList<TranslatedGroup> groups, CancellationToken cancellationToken)
    {
        var ranges = await target.ReadRangesAsync([.. groups.SelectMany(static group => group.Offsets).Select(static offset => offset.Target).Distinct()], cancellationToken).ConfigureAwait(false);
        var committed = new Dictionary<string, GroupOffsets>(StringComparer.Ordinal);
        foreach (var group in await target.FetchAsync([.. groups.Select(static group => group.Group)], cancellationToken).ConfigureAwait(false))
        {
            committed.Add(group.Offsets.Group, group.IsWhole ? group.Offsets : throw new RestoreException(
                ErrorCodes.GroupUnreadable, $"what the group has committed cannot be read: {(group.Error ?? group.PartitionErrors.Values.First()).Reason}", group.Offsets.Group));
        }

        return new Seen(ranges, committed);
    }

    private static GroupPlan Plan(TranslatedGroup group, Seen? seen)
    {
        var offsets = new List<PlannedOffset>(group.Offsets.Count);
        var missing = group.Unanswered.Select(static unanswered => new MissingOffset(unanswered.Commit, unanswered.Reason)).ToList();
        foreach (var translated in group.Offsets)
        {
            if (seen is null ? translated.Offset is null : !seen.Ranges.ContainsKey(translated.Target))
            {
                var reason = seen is null ? "no record of this partition was restored, and without the target nobody can say where its log begins" : $"{translated.Target} does not exist at the target";
                missing.AddRange(translated.From.Select(commit => new MissingOffset(commit, reason)));
                continue;
            }

            offsets.Add(Plan(group.Group, translated, seen));
        }

        return new GroupPlan(group.Group, offsets, missing);
    }

    private static PlannedOffset Plan(string group, TranslatedOffset translated, Seen? seen)
    {
        PartitionRange? range = seen is null ? null : seen.Ranges[translated.Target];
        var wanted = translated.Offset ?? range!.Value.LogStart;
        var offset = range is { } log ? Math.Clamp(wanted, log.LogStart, log.End) : wanted;
        string?[] words = [.. translated.From.Select(static commit => commit.Metadata).Distinct(StringComparer.Ordinal)];
        return new PlannedOffset
        {
            Target = translated.Target,
            Offset = offset,

            // Words of several sources that differ belong to none of them alone.
            Metadata = words.Length == 1 ? words[0] : null,
            Label = translated.Label,
            IsEnd = translated.Offset is null ? range is { Offsets: 0 } : translated.IsEnd && offset == wanted,
            ReadAgain = translated.ReadAgain,
            From = translated.From,
            NotCommitted = translated.NotCommitted,
            ClampedFrom = offset == wanted ? null : wanted,
            CurrentOffset = seen is null ? null
                : seen.Committed[group].Offsets.TryGetValue(translated.Target, out var current) ? current.Offset
                : PlannedOffset.NoCommit,
        };
    }

    private sealed record Seen(IReadOnlyDictionary<TargetPartition, PartitionRange> Ranges, IReadOnlyDictionary<string, GroupOffsets> Committed);
}
