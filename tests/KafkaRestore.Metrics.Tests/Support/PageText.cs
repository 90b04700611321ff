using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KafkaRestore.Metrics.Tests.Support;

/// <summary>
/// A page as a scraper reads it, by the rules of the format: each family described once and in one place, no series twice, names of the allowed letters, counters that end with _total, histograms whose
/// buckets grow and end with infinity. What breaks a rule fails the test that reads it.
/// </summary>
internal sealed partial class PageText
{
    private readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);

    /// <summary>Families by name, with what is said of their kind.</summary>
    public Dictionary<string, string> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>Families by name, with what is said of their meaning.</summary>
    public Dictionary<string, string> Helps { get; } = new(StringComparer.Ordinal);

    /// <summary>Every series as it is written, with its value.</summary>
    public IReadOnlyDictionary<string, double> Series => _series;

    /// <summary>The value of a series; fails where it is not there.</summary>
    public double this[string series] => _series.TryGetValue(series, out var value) ? value : throw new KeyNotFoundException($"no {series} among:\n{string.Join('\n', _series.Keys)}");

    /// <summary>Reads a page.</summary>
    public static PageText Read(string text, bool isOpen = false)
    {
        Assert.EndsWith(isOpen ? "# EOF\n" : text.Length == 0 ? "" : "\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var page = new PageText();
        string? family = null;
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line == "# EOF")
            {
                Assert.True(isOpen);
                break;
            }

            if (Comment().Match(line) is { Success: true } comment)
            {
                family = page.Describe(comment, family, isOpen);
                continue;
            }

            Assert.NotNull(family);
            page.Take(line, family, isOpen);
        }

        page.CheckHistograms();
        return page;
    }

    /// <summary>The labels of a series.</summary>
    public static Dictionary<string, string> Labels(string text)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var rest = text;
        while (rest.Length > 0)
        {
            var name = LabelName().Match(rest);
            Assert.True(name.Success, text);
            rest = rest[name.Length..];
            var value = new StringBuilder();
            var at = 0;
            for (; rest[at] != '"'; at++)
            {
                value.Append(rest[at] != '\\' ? rest[at] : rest[++at] switch { 'n' => '\n', '"' => '"', '\\' => '\\', var other => throw new FormatException($"\\{other} is no escape") });
                Assert.NotEqual('\n', rest[at]);
            }

            labels.Add(name.Groups[1].Value, value.ToString());
            rest = rest[(at + 1)..];
            Assert.True(rest.Length == 0 || rest[0] == ',', text);
            rest = rest.TrimStart(',');
        }

        return labels;
    }

    private string Describe(Match comment, string? family, bool isOpen)
    {
        var (word, name, text) = (comment.Groups[1].Value, comment.Groups[2].Value, comment.Groups[3].Value);
        switch (word)
        {
            case "HELP":
                Assert.True(Helps.TryAdd(name, text), $"{name} is described twice");
                break;
            case "TYPE":
                Assert.True(Kinds.TryAdd(name, text), $"{name} has two kinds");
                Assert.Equal(family, name);
                Assert.Equal(text == "counter" && !isOpen, name.EndsWith("_total", StringComparison.Ordinal));
                break;
            default:
                Assert.True(isOpen, "UNIT belongs to OpenMetrics alone");
                Assert.Equal(family, name);
                Assert.EndsWith($"_{text}", name, StringComparison.Ordinal);
                break;
        }

        return name;
    }

    private void Take(string line, string family, bool isOpen)
    {
        var sample = Sample().Match(line);
        Assert.True(sample.Success, line);
        var (name, labels, value) = (sample.Groups[1].Value, sample.Groups[2].Value, sample.Groups[3].Value);
        string[] allowed = Kinds[family] switch
        {
            "counter" => [isOpen ? $"{family}_total" : family],
            "histogram" => [$"{family}_bucket", $"{family}_sum", $"{family}_count"],
            _ => [family],
        };
        Assert.Contains(name, allowed);
        Labels(labels);
        Assert.True(_series.TryAdd(labels.Length == 0 ? name : $"{name}{{{labels}}}", Number(value)), $"twice: {line}");
    }

    private void CheckHistograms()
    {
        foreach (var family in Kinds.Where(static kind => kind.Value == "histogram").Select(static kind => kind.Key))
        {
            var buckets = _series.Where(series => series.Key.StartsWith($"{family}_bucket{{", StringComparison.Ordinal))
                .Select(series => (Labels: Labels(series.Key[(family.Length + 8)..^1]), series.Value))
                .GroupBy(static bucket => string.Join(',', bucket.Labels.Where(static label => label.Key != "le").OrderBy(static label => label.Key, StringComparer.Ordinal)));
            foreach (var group in buckets)
            {
                var bounds = group.Select(static bucket => Number(bucket.Labels["le"])).ToList();
                Assert.Equal(bounds.Order(), bounds);
                Assert.Equal(double.PositiveInfinity, bounds[^1]);
                Assert.Equal(group.Select(static bucket => bucket.Value).Order(), group.Select(static bucket => bucket.Value));
            }
        }
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")]
    private static partial Regex Sample();

    [GeneratedRegex("^([a-zA-Z_][a-zA-Z0-9_]*)=\"")]
    private static partial Regex LabelName();
}
