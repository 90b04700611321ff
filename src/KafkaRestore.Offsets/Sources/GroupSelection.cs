using KafkaRestore.Engine.Selection;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Sources;

/// <summary>Which groups are meant: names, globs (<c>*</c>, <c>?</c>) and regular expressions after <c>~</c>.</summary>
public sealed class GroupSelection
{
    private readonly IReadOnlyList<NamePattern> _patterns;

    private GroupSelection(IReadOnlyList<NamePattern> patterns) => _patterns = patterns;

    /// <summary>Every group.</summary>
    public static GroupSelection All { get; } = Parse(["*"]);

    /// <summary>Reads patterns. A name that holds <c>*</c> or <c>?</c>, or begins with <c>~</c>, can only be meant by a pattern.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID: there is none, one is empty, or no regular expression.</exception>
    public static GroupSelection Parse(IEnumerable<string> patterns)
    {
        NamePattern[] parsed = [.. patterns.Distinct(StringComparer.Ordinal).Select(NamePattern.Parse)];
        return parsed.Length > 0 ? new GroupSelection(parsed)
            : throw new RestoreException(ErrorCodes.ConfigInvalid, "no consumer group is named", hint: "Name groups, or write '*' for all of them.");
    }

    /// <summary>Whether there is a pattern that means more than one name.</summary>
    public bool HasPatterns => _patterns.Any(static pattern => !pattern.IsLiteral);

    /// <summary>The names that are patterns of nothing but themselves.</summary>
    public IEnumerable<string> Names => _patterns.Where(static pattern => pattern.IsLiteral).Select(static pattern => pattern.Text);

    /// <summary>Whether a group is meant.</summary>
    public bool Has(string group) => _patterns.Any(pattern => pattern.IsMatch(group));

    /// <summary>Those of the groups that are meant, and the patterns that mean none of them.</summary>
    public SelectedGroups<T> From<T>(IEnumerable<T> groups, Func<T, string> nameOf)
    {
        T[] all = [.. groups];
        return new SelectedGroups<T>(
            [.. all.Where(group => Has(nameOf(group)))],
            [.. _patterns.Where(pattern => !all.Any(group => pattern.IsMatch(nameOf(group)))).Select(static pattern => pattern.Text)]);
    }
}

/// <summary>What a selection means of some groups.</summary>
/// <param name="Groups">The groups, in their order.</param>
/// <param name="Unmatched">Patterns that mean none of them; a name among them is a group that is not there.</param>
public sealed record SelectedGroups<T>(IReadOnlyList<T> Groups, IReadOnlyList<string> Unmatched);
