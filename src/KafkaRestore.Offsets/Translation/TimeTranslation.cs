using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Times;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Translation;

/// <summary>
/// By the times of records: the archive tells when the first unread record was written, and the target which offset is the first at or after that time. The group goes on there: never
/// behind an unread record, and before it where records share a time or are out of order.
/// </summary>
/// <remarks>
/// A group that has read everything goes on behind the latest time that the manifest names for the partition. Not for repartitioned topics, whose records of one source lie in several logs, nor
/// for topics that give records their own time (LogAppendTime).
/// </remarks>
/// <param name="plan">The restore's plan.</param>
/// <param name="times">Finds the times of records in the archive.</param>
/// <param name="target">The target; stays the caller's to dispose.</param>
public sealed class TimeTranslation(RestorePlan plan, RecordTimes times, IConsumerGroups target) : IGroupTranslation
{
    private readonly Dictionary<PartitionName, (LanePlan Lane, LaneSource Source)> _sources = plan.Lanes.Where(static lane => lane.Repartitioning is null)
        .SelectMany(static lane => lane.Sources, static (lane, source) => (lane, source))
        .ToDictionary(static pair => new PartitionName(pair.source.Topic, pair.source.Partition), static pair => (pair.lane, pair.source));

    private readonly HashSet<string> _spread = [.. plan.Lanes.Where(static lane => lane.Repartitioning is not null).SelectMany(static lane => lane.Sources).Select(static source => source.Topic)];

    /// <inheritdoc/>
    public string Strategy => "timestamp-based";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TranslatedGroup>> TranslateAsync(IReadOnlyList<SourceGroup> groups, CancellationToken cancellationToken)
    {
        var asked = groups.SelectMany(static group => group.Offsets).Where(commit => _sources.ContainsKey(commit.Partition))
            .GroupBy(static commit => commit.Partition, static commit => commit.Offset);
        var timeOf = new Dictionary<(PartitionName, long), long>();
        foreach (var partition in asked)
        {
            var source = _sources[partition.Key].Source;
            foreach (var (offset, time) in await times.FindAsync(source, partition, cancellationToken).ConfigureAwait(false))
            {
                timeOf.Add((partition.Key, offset), time ?? LatestOf(source) + 1);
            }
        }

        var offsetOf = await FindAsync(timeOf.Select(pair => (_sources[pair.Key.Item1].Lane.Target, pair.Value)), cancellationToken).ConfigureAwait(false);
        return [.. groups.Select(group => Translate(group, timeOf, offsetOf))];
    }

    private TranslatedGroup Translate(SourceGroup group, Dictionary<(PartitionName, long), long> timeOf, Dictionary<(TargetPartition, long), long> offsetOf)
    {
        var found = new SortedDictionary<(string, int), TranslatedOffset>();
        var unanswered = new List<UnansweredCommit>();
        foreach (var commit in group.Offsets)
        {
            if (!_sources.TryGetValue(commit.Partition, out var source))
            {
                unanswered.Add(new UnansweredCommit(commit, _spread.Contains(commit.Partition.Topic)
                    ? "its topic was repartitioned, and times alone do not tell where its unread records lie"
                    : "no record of this partition is in the archive, so there is no time to go by"));
                continue;
            }

            var partition = source.Lane.Target;
            if (!offsetOf.TryGetValue((partition, timeOf[(commit.Partition, commit.Offset)]), out var offset))
            {
                unanswered.Add(new UnansweredCommit(commit, $"{partition} does not exist at the target"));
                continue;
            }

            var key = (partition.Topic, partition.Partition);
            var before = found.GetValueOrDefault(key);
            found[key] = new TranslatedOffset
            {
                Target = partition,
                Offset = Math.Min(offset, before?.Offset ?? long.MaxValue),
                Label = TranslationLabel.Approximate,
                From = [.. before?.From ?? [], commit],
                NotCommitted = [.. source.Lane.Sources.Select(static other => new PartitionName(other.Topic, other.Partition)).Where(other => group.Offsets.All(own => own.Partition != other))],
            };
        }

        return new TranslatedGroup(group.Group, [.. found.Values], unanswered);
    }

    /// <summary>The cluster takes one time for each partition in a question: as many rounds as the partition with the most times has.</summary>
    private async Task<Dictionary<(TargetPartition, long), long>> FindAsync(IEnumerable<(TargetPartition Partition, long Time)> questions, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(TargetPartition, long), long>();
        var open = questions.Distinct().GroupBy(static question => question.Partition, static question => question.Time).Select(static times => (times.Key, Times: times.ToArray())).ToList();
        var ends = await target.ReadRangesAsync([.. open.Select(static partition => partition.Key)], cancellationToken).ConfigureAwait(false);
        for (var round = 0; open.Exists(partition => partition.Times.Length > round); round++)
        {
            var asked = open.Where(partition => partition.Times.Length > round && ends.ContainsKey(partition.Key)).ToDictionary(static partition => partition.Key, partition => partition.Times[round]);
            foreach (var (partition, offset) in await target.FindByTimeAsync(asked, cancellationToken).ConfigureAwait(false))
            {
                found.Add((partition, asked[partition]), offset ?? ends[partition].End);
            }
        }

        return found;
    }

    private static long LatestOf(LaneSource source) => source.Segments.Max(static segment => Math.Max(segment.FirstTimestamp, segment.LastTimestamp));
}
