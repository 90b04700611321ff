using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;

namespace KafkaRestore.Engine.OffsetMaps.Translation;

/// <summary>
/// Translates source offsets by a set of maps. A source that was spread over several target partitions gives one position in each. Never interpolates, never
/// gives an offset beyond the end, and never one behind an unread record. Not thread-safe.
/// </summary>
public sealed class OffsetTranslator
{
    // An open map holds the heads of its chunks: many questions of a few maps are answered fast, and few of many cost no more memory.
    private const int MostOpened = 64;

    private readonly Dictionary<StoredMap, OffsetMap> _opened = [];
    private readonly ILookup<PartitionName, StoredMap> _bySource;
    private readonly ILookup<PartitionName, StoredMap> _byTarget;

    /// <summary>Uses a set, which stays the caller's to dispose.</summary>
    public OffsetTranslator(OffsetMapSet maps)
    {
        _bySource = maps.Maps.ToLookup(map => map.AskedAs);
        _byTarget = maps.Maps.ToLookup(map => map.Pair.Target);
    }

    /// <summary>Translates positions that have nothing to do with each other.</summary>
    /// <exception cref="Records.Errors.RestoreException">A map cannot be read: STATE_CORRUPT, or the storage's failure.</exception>
    public async Task<Translations> TranslateEachAsync(IEnumerable<SourcePosition> positions, CancellationToken cancellationToken)
    {
        var found = new List<TargetPosition>();
        var unknown = new List<UnknownPosition>();
        foreach (var position in positions)
        {
            Add(position, await TranslateAsync([position], isGroup: false, cancellationToken).ConfigureAwait(false), found, unknown);
        }

        return new Translations(found, unknown);
    }

    /// <summary>
    /// Translates all that one group has committed. In a target partition with several sources, one that was not committed counts from its start if the group
    /// has committed another partition of the same source topic, and else as not read by the group.
    /// </summary>
    /// <param name="positions">The group's offsets, each partition once.</param>
    /// <param name="cancellationToken">Ends the reading of maps.</param>
    /// <exception cref="Records.Errors.RestoreException">A map cannot be read: STATE_CORRUPT, or the storage's failure.</exception>
    public async Task<Translations> TranslateGroupAsync(IReadOnlyCollection<SourcePosition> positions, CancellationToken cancellationToken)
    {
        var found = await TranslateAsync(positions, isGroup: true, cancellationToken).ConfigureAwait(false);
        var answered = found.Positions.SelectMany(position => position.From).Select(from => from.Position).ToHashSet();
        return new Translations(found.Positions, [.. positions.Where(position => !answered.Contains(position)).Select(position => Unknown(position, found.WithoutRuns))]);
    }

    private void Add(SourcePosition asked, Answer answer, List<TargetPosition> found, List<UnknownPosition> unknown)
    {
        found.AddRange(answer.Positions);
        if (answer.Positions.Count == 0)
        {
            unknown.Add(Unknown(asked, answer.WithoutRuns));
        }
    }

    private UnknownPosition Unknown(SourcePosition asked, IReadOnlySet<PartitionName> withoutRuns)
    {
        var maps = _bySource[asked.Source].ToList();
        return new UnknownPosition(asked, maps.Count == 0 ? "no map leads from this partition"
            : maps.Exists(map => withoutRuns.Contains(map.Pair.Target)) ? "its target partition has several sources, and only the ends of a map are known"
            : "no record of this partition was restored");
    }

    private async Task<Answer> TranslateAsync(IReadOnlyCollection<SourcePosition> positions, bool isGroup, CancellationToken cancellationToken)
    {
        var asked = positions.ToDictionary(position => position.Source);
        var topics = isGroup ? asked.Keys.Select(source => source.Topic).ToHashSet(StringComparer.Ordinal) : [];
        var withoutRuns = new HashSet<PartitionName>();
        var found = new List<TargetPosition>();
        foreach (var target in asked.Keys.SelectMany(source => _bySource[source]).Select(map => map.Pair.Target).Distinct())
        {
            var maps = _byTarget[target].ToList();
            if (maps.Count > 1 && maps.Exists(map => map is { HasRuns: false, Ends: not null }))
            {
                withoutRuns.Add(target);
                continue;
            }

            var position = maps is [var only]
                ? await OfOneAsync(only, asked[only.AskedAs], cancellationToken).ConfigureAwait(false)
                : await OfSeveralAsync(target, maps, asked, topics, cancellationToken).ConfigureAwait(false);
            if (position is not null)
            {
                found.Add(position);
            }
        }

        return new Answer(found, withoutRuns);
    }

    private async Task<TargetPosition?> OfOneAsync(StoredMap map, SourcePosition asked, CancellationToken cancellationToken)
    {
        if (!map.HasRuns)
        {
            return map.Ends is { } ends ? OfEnds(map, ends, asked) : null;
        }

        var opened = await OpenAsync(map, cancellationToken).ConfigureAwait(false);
        var translation = await opened.TranslateAsync(asked.Offset, cancellationToken).ConfigureAwait(false);
        return translation.TargetOffset is not { } offset ? null : new TargetPosition
        {
            Target = map.Pair.Target,
            Offset = offset,
            Label = TranslationLabel.Exact,
            IsEnd = translation.Kind == TranslationKind.End,
            From = [new FoundPosition(asked, translation.SourceOffset)],
        };
    }

    /// <summary>The first and the last record are known exactly; in between only the first is sure to lie before everything unread.</summary>
    private static TargetPosition OfEnds(StoredMap map, OffsetReportEntry ends, SourcePosition asked)
    {
        var isFirst = asked.Offset <= ends.SourceFirstOffset;
        var isEnd = asked.Offset > ends.SourceLastOffset;
        var isLast = asked.Offset == ends.SourceLastOffset;
        var first = ends.TargetFirstOffset!.Value;
        var last = ends.TargetLastOffset!.Value;
        var isKnown = isFirst || isLast || isEnd;
        return new TargetPosition
        {
            Target = map.Pair.Target,
            Offset = isFirst ? first : isEnd ? last + 1 : isLast ? last : first,
            Label = isKnown ? TranslationLabel.Exact : TranslationLabel.Approximate,
            IsEnd = isEnd,
            ReadAgain = isKnown ? 0 : Math.Min(asked.Offset - ends.SourceFirstOffset, last - first),
            From = [new FoundPosition(asked, isFirst ? ends.SourceFirstOffset : isLast ? ends.SourceLastOffset : null)],
        };
    }

    private async Task<TargetPosition?> OfSeveralAsync(
        PartitionName target, List<StoredMap> maps, Dictionary<PartitionName, SourcePosition> asked, HashSet<string> topics, CancellationToken cancellationToken)
    {
        var sources = new List<(OffsetMap Map, SourceProgress Progress)>();
        var from = new List<FoundPosition>();
        var notAsked = new List<PartitionName>();
        foreach (var map in maps)
        {
            // A source without a record has nothing unread, and is no ground for an answer.
            var opened = map.Ends is null ? null : await OpenAsync(map, cancellationToken).ConfigureAwait(false);
            var isAsked = asked.TryGetValue(map.AskedAs, out var position);
            if (isAsked)
            {
                from.Add(new FoundPosition(position, opened is null ? null : (await opened.TranslateAsync(position.Offset, cancellationToken).ConfigureAwait(false)).SourceOffset));
            }
            else
            {
                notAsked.Add(map.AskedAs);
            }

            if (opened is not null)
            {
                sources.Add((opened, isAsked ? SourceProgress.At(position.Offset)
                    : topics.Contains(map.AskedAs.Topic) ? SourceProgress.FromStart : SourceProgress.NotRead));
            }
        }

        var merged = await MergedPosition.FindAsync(sources, cancellationToken).ConfigureAwait(false);
        return merged.TargetOffset is not { } offset ? null : new TargetPosition
        {
            Target = target,
            Offset = offset,
            Label = TranslationLabel.Bounded,
            IsEnd = merged.Kind == MergedPositionKind.End,
            ReadAgain = merged.ReadAgain,
            From = from,
            NotAsked = notAsked,
        };
    }

    private async ValueTask<OffsetMap> OpenAsync(StoredMap map, CancellationToken cancellationToken)
    {
        if (!_opened.TryGetValue(map, out var opened))
        {
            if (_opened.Count >= MostOpened)
            {
                _opened.Clear();
            }

            _opened.Add(map, opened = await map.OpenAsync(cancellationToken).ConfigureAwait(false));
        }

        return opened;
    }

    private readonly record struct Answer(IReadOnlyList<TargetPosition> Positions, IReadOnlySet<PartitionName> WithoutRuns);
}

/// <summary>The answer to a list of positions.</summary>
/// <param name="Found">Where to go on, by target partition.</param>
/// <param name="Unknown">What has no answer.</param>
public sealed record Translations(IReadOnlyList<TargetPosition> Found, IReadOnlyList<UnknownPosition> Unknown);
