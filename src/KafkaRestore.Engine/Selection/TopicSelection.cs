namespace KafkaRestore.Engine.Selection;

/// <summary>What a <see cref="TopicPatternSet"/> makes of the topics of one archive.</summary>
public sealed record TopicSelection
{
    /// <summary>The topics that are meant, in the order in which they were given.</summary>
    public required IReadOnlyList<string> Selected { get; init; }

    /// <summary>Internal topics that would be meant if they were not internal; not in <see cref="Selected"/>.</summary>
    public required IReadOnlyList<string> InternalNotNamed { get; init; }

    /// <summary>Include patterns that match no topic at all, whether excluded or not.</summary>
    public required IReadOnlyList<NamePattern> UnmatchedInclude { get; init; }

    /// <summary>Exclude patterns that match no topic.</summary>
    public required IReadOnlyList<NamePattern> UnmatchedExclude { get; init; }
}
