using System.Runtime.InteropServices;
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
    private readonly Dictionary<PartitionName, List<FedPartition>> _bySource = [];

    /// <summary>Uses a set, which stays the caller's to dispose.</summary>
    public OffsetTranslator(OffsetMapSet maps)
    {
        foreach (var target in maps.Maps.GroupBy(static map => map.Pair.Target))
        {
            var fed = new FedPartition(target.Key, [.. target]);
            foreach (var map in fed.Maps)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(_bySource, map.AskedAs, out _) ??= []).Add(fed);
            }
        }
    }

    /// <summary>Translates positions that have nothing to do with each other.</summary>
    /// <exception cref="Records.Errors.RestoreException">A map cannot be read: STATE_CORRUPT, or the storage's failure.</exception>
    public async Task<Translations> TranslateEachAsync(IEnumerable<SourcePosition> positions, CancellationToken cancellationToken)
    {
        var answer = new Answer([], []);
        foreach (var position in positions)
        {
            await TranslateAsync([position], isGroup: false, answer, cancellationToken).ConfigureAwait(false);
        }

        return new Translations(answer.Found, answer.Unknown);
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
        var answer = new Answer(new List<TargetPosition>(positions.Count), []);
        await TranslateAsync(positions, isGroup: true, answer, cancellationToken).ConfigureAwait(false);
        return new Translations(answer.Found, answer.Unknown);
    }

    private async Task TranslateAsync(IReadOnlyCollection<SourcePosition> positions, bool isGroup, Answer answer, CancellationToken cancellationToken)
    {
        var asked = positions.ToDictionary(static position => position.Source);
        var topics = isGroup ? asked.Keys.Select(static source => source.Topic).ToHashSet(StringComparer.Ordinal) : [];
        var merged = new Dictionary<FedPartition, bool>();
        foreach (var position in positions)
        {
            var feeds = _bySource.GetValueOrDefault(position.Source);
            var isAnswered = false;
            foreach (var fed in feeds ?? [])
            {
                if (merged.TryGetValue(fed, out var wasAnswered))
                {
                    isAnswered |= wasAnswered;
                    continue;
                }

                var found = fed.IsUnanswerable ? null
                    : fed.Maps is [var only] ? await OfOneAsync(only, position, cancellationToken).ConfigureAwait(false)
                    : await OfSeveralAsync(fed, asked, topics, cancellationToken).ConfigureAwait(false);
                if (found is not null)
                {
                    answer.Found.Add(found);
                    isAnswered = true;
                }

                if (fed.Maps.Count > 1)
                {
                    merged.Add(fed, found is not null);
                }
            }

            if (!isAnswered)
            {
                answer.Unknown.Add(Unknown(position, feeds));
            }
        }
    }

    private static UnknownPosition Unknown(SourcePosition asked, List<FedPartition>? feeds) => new(
        asked,
        feeds is null ? "no map leads from this partition"
            : feeds.Exists(static fed => fed.IsUnanswerable) ? "its target partition has several sources, and only the ends of a map are known"
            : "no record of this partition was restored");

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
        FedPartition fed, Dictionary<PartitionName, SourcePosition> asked, HashSet<string> topics, CancellationToken cancellationToken)
    {
        var sources = new List<(OffsetMap Map, SourceProgress Progress)>();
        var from = new List<FoundPosition>();
        var notAsked = new List<PartitionName>();
        foreach (var map in fed.Maps)
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
            Target = fed.Target,
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

    private readonly record struct Answer(List<TargetPosition> Found, List<UnknownPosition> Unknown);

    /// <summary>A target partition and the maps of all that feeds it.</summary>
    private sealed class FedPartition(PartitionName target, IReadOnlyList<StoredMap> maps)
    {
        public PartitionName Target => target;

        public IReadOnlyList<StoredMap> Maps => maps;

        /// <summary>Whether what lies between the ends of a source is not known, and so not how the sources lie to each other.</summary>
        public bool IsUnanswerable { get; } = maps.Count > 1 && maps.Any(static map => map is { HasRuns: false, Ends: not null });
    }
}

/// <summary>The answer to a list of positions.</summary>
/// <param name="Found">Where to go on, by target partition.</param>
/// <param name="Unknown">What has no answer.</param>
public sealed record Translations(IReadOnlyList<TargetPosition> Found, IReadOnlyList<UnknownPosition> Unknown);
