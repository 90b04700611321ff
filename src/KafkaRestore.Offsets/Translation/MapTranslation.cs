using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Kafka;
using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Translation;

/// <summary>By offset maps: exact where one source feeds a target partition, bounded where several do.</summary>
/// <remarks>
/// A partition of a restored topic of which no record was restored (it was empty, or wholly outside of the window) leads to the same partition of the target topic: nothing in it was read
/// by the group.
/// </remarks>
public sealed class MapTranslation : IGroupTranslation
{
    private readonly OffsetTranslator _translator;
    private readonly Dictionary<string, string?> _targetOf = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, string>? _routes;
    private readonly HashSet<string> _spread;
    private readonly Dictionary<PartitionName, PartitionName> _empty = [];

    /// <summary>Uses a set of maps, which stays the caller's to dispose.</summary>
    /// <param name="maps">The maps.</param>
    /// <param name="strategy">How they were made: <c>map</c>, <c>header-based</c>, <c>cluster-scan</c>.</param>
    /// <param name="routes">Which target topic a source topic goes into, for topics that no map tells of; null for none.</param>
    public MapTranslation(OffsetMapSet maps, string strategy = "map", IReadOnlyDictionary<string, string>? routes = null)
    {
        Strategy = strategy;
        _routes = routes;
        _translator = new OffsetTranslator(maps);
        foreach (var map in maps.Maps)
        {
            // Two target topics for one source topic: then only the maps themselves tell which partition goes where.
            var (source, target) = (map.AskedAs.Topic, map.Pair.Target.Topic);
            _targetOf[source] = _targetOf.TryGetValue(source, out var other) && other != target ? null : target;
            if (map.Ends is null)
            {
                _empty.TryAdd(map.AskedAs, map.Pair.Target);
            }
        }

        _spread = [.. maps.Maps.GroupBy(static map => map.AskedAs).Where(static maps => maps.Skip(1).Any()).Select(static maps => maps.Key.Topic)];
    }

    /// <inheritdoc/>
    public string Strategy { get; }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TranslatedGroup>> TranslateAsync(IReadOnlyList<SourceGroup> groups, CancellationToken cancellationToken)
    {
        var translated = new List<TranslatedGroup>(groups.Count);
        foreach (var group in groups)
        {
            translated.Add(await TranslateAsync(group, cancellationToken).ConfigureAwait(false));
        }

        return translated;
    }

    private async Task<TranslatedGroup> TranslateAsync(SourceGroup group, CancellationToken cancellationToken)
    {
        var commits = group.Offsets.ToDictionary(static commit => commit.Partition);
        var answer = await _translator.TranslateGroupAsync(
            [.. group.Offsets.Select(static commit => new SourcePosition(commit.Partition, commit.Offset))], cancellationToken).ConfigureAwait(false);
        var offsets = answer.Found.Select(position => new TranslatedOffset
        {
            Target = new TargetPartition(position.Target.Topic, position.Target.Partition),
            Offset = position.Offset,
            Label = position.Label,
            IsEnd = position.IsEnd,
            ReadAgain = position.ReadAgain,
            From = [.. position.From.Select(from => commits[from.Position.Source])],
            NotCommitted = position.NotAsked,
        }).ToList();
        var unanswered = new List<UnansweredCommit>();
        foreach (var unknown in answer.Unknown)
        {
            var commit = commits[unknown.Position.Source];
            if (TargetOfEmpty(commit.Partition) is not { } target)
            {
                // A partition without records of a repartitioned topic left nothing unread where the topic's other partitions lead.
                if (!_spread.Contains(commit.Partition.Topic) || !offsets.Exists(offset => offset.From.Any(from => from.Partition.Topic == commit.Partition.Topic)))
                {
                    unanswered.Add(new UnansweredCommit(commit, unknown.Reason));
                }
            }
            else if (offsets.TrueForAll(offset => offset.Target != target))
            {
                offsets.Add(new TranslatedOffset { Target = target, Offset = null, Label = TranslationLabel.Exact, From = [commit] });
            }
        }

        offsets.Sort(static (a, b) => string.CompareOrdinal(a.Target.Topic, b.Target.Topic) is var order and not 0 ? order : a.Target.Partition.CompareTo(b.Target.Partition));
        return new TranslatedGroup(group.Group, offsets, unanswered);
    }

    /// <summary>Where records of a partition would have gone of which none was restored; null when nobody can say.</summary>
    private TargetPartition? TargetOfEmpty(PartitionName source) =>
        _spread.Contains(source.Topic) ? null
        : _empty.TryGetValue(source, out var mapped) ? new TargetPartition(mapped.Topic, mapped.Partition)
        : TopicOf(source.Topic) is { } topic ? new TargetPartition(topic, source.Partition)
        : null;

    private string? TopicOf(string source) => _targetOf.TryGetValue(source, out var target) ? target : _routes?.GetValueOrDefault(source);
}
