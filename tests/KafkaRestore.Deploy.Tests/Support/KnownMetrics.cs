using System.Text.RegularExpressions;
using KafkaRestore.Metrics.Exposition;
using KafkaRestore.Metrics.Tests.Support;

namespace KafkaRestore.Deploy.Tests.Support;

/// <summary>The series that the code makes, and those that an expression asks for.</summary>
internal static partial class KnownMetrics
{
    private static readonly HashSet<string> Words = new(["by", "without", "on", "ignoring", "group_left", "group_right", "and", "or", "unless", "bool", "offset", "inf", "nan"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Every series name that a page can have.</summary>
    public static async Task<IReadOnlySet<string>> AllAsync()
    {
        var families = await Showcase.FamiliesAsync();
        return families.SelectMany(static family => family.Kind switch
        {
            MetricKind.Counter => [$"{family.Name}_total"],
            MetricKind.Histogram => [$"{family.Name}_bucket", $"{family.Name}_sum", $"{family.Name}_count"],
            _ => new[] { family.Name },
        }).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The labels of every series that a page can have.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlySet<string>>> LabelsAsync()
    {
        var known = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        foreach (var family in await Showcase.FamiliesAsync())
        {
            var labels = family.Series.SelectMany(static series => PageText.Labels(series.Labels).Keys).Concat(family.Kind == MetricKind.Histogram ? ["le"] : []).Concat(["job", "instance"]).ToHashSet(StringComparer.Ordinal);
            foreach (var name in new[] { family.Name, $"{family.Name}_total", $"{family.Name}_bucket", $"{family.Name}_sum", $"{family.Name}_count" })
            {
                known[name] = labels;
            }
        }

        return known;
    }

    /// <summary>The names of series in a PromQL expression: every word that is no function, no label and no keyword.</summary>
    public static IReadOnlyList<string> NamesIn(string expression)
    {
        var bare = Grouping().Replace(Selector().Replace(Text().Replace(expression, "\"\""), ""), " ");
        return [.. Word().Matches(Range().Replace(bare, "")).Where(static word => !word.Groups[2].Success && !Words.Contains(word.Groups[1].Value)).Select(static word => word.Groups[1].Value).Distinct()];
    }

    /// <summary>The labels by which series are chosen, with the series.</summary>
    public static IReadOnlyList<(string Name, string Label)> ChosenIn(string expression) =>
    [
        .. Chosen().Matches(expression).SelectMany(static chosen => LabelName().Matches(Text().Replace(chosen.Groups[2].Value, "\"\"")).Select(label => (chosen.Groups[1].Value, label.Groups[1].Value))),
    ];

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Text();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<![\w.$])([a-zA-Z_:][a-zA-Z0-9_:]*)(\s*\()?")]
    private static partial Regex Word();

    [GeneratedRegex(@"([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}")]
    private static partial Regex Chosen();

    [GeneratedRegex(@"([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)")]
    private static partial Regex LabelName();
}
