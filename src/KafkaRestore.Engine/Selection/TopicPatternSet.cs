using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Selection;

/// <summary>
/// Which topics of an archive are meant: those that an include pattern matches (all, where there is none) and no exclude pattern does.
/// Internal topics are meant only where an include pattern is their very name.
/// </summary>
public sealed class TopicPatternSet
{
    private readonly IReadOnlyList<NamePattern> _include;
    private readonly IReadOnlyList<NamePattern> _exclude;

    private TopicPatternSet(IReadOnlyList<NamePattern> include, IReadOnlyList<NamePattern> exclude)
    {
        _include = include;
        _exclude = exclude;
    }

    /// <summary>Reads the patterns.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID, as <see cref="NamePattern.Parse"/>.</exception>
    public static TopicPatternSet Parse(IEnumerable<string> include, IEnumerable<string> exclude) =>
        new([.. include.Select(NamePattern.Parse)], [.. exclude.Select(NamePattern.Parse)]);

    /// <summary>Sorts the topics of an archive into those that are meant and those that are not.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID: a pattern takes too long, as <see cref="NamePattern.IsMatch"/>.</exception>
    public TopicSelection Select(IEnumerable<string> topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        var includeUsed = new bool[_include.Count];
        var excludeUsed = new bool[_exclude.Count];
        List<string> selected = [];
        List<string> internalNotNamed = [];

        foreach (var topic in topics)
        {
            var included = MatchAll(_include, includeUsed, topic) || _include.Count == 0;
            var excluded = MatchAll(_exclude, excludeUsed, topic);
            if (!included || excluded)
            {
                continue;
            }

            var home = InternalTopics.IsInternal(topic) && !IsNamed(topic) ? internalNotNamed : selected;
            home.Add(topic);
        }

        return new TopicSelection
        {
            Selected = selected,
            InternalNotNamed = internalNotNamed,
            UnmatchedInclude = Unused(_include, includeUsed),
            UnmatchedExclude = Unused(_exclude, excludeUsed),
        };
    }

    // Every pattern is asked, also after a hit: only so is it known which ones match nothing.
    private static bool MatchAll(IReadOnlyList<NamePattern> patterns, bool[] used, string topic)
    {
        var matched = false;
        for (var i = 0; i < patterns.Count; i++)
        {
            if (patterns[i].IsMatch(topic))
            {
                used[i] = matched = true;
            }
        }

        return matched;
    }

    private static IReadOnlyList<NamePattern> Unused(IReadOnlyList<NamePattern> patterns, bool[] used) =>
        [.. patterns.Where((_, index) => !used[index])];

    private bool IsNamed(string topic) =>
        _include.Any(pattern => pattern.IsLiteral && string.Equals(pattern.Text, topic, StringComparison.Ordinal));
}
