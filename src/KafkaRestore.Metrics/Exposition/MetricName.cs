using System.Buffers;
using System.Text;

namespace KafkaRestore.Metrics.Exposition;

/// <summary>Names of instruments as Prometheus takes them, by the rules by which OpenTelemetry's names are carried over: dots become underscores, the unit stands at the end.</summary>
internal static class MetricName
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>The name of a family.</summary>
    /// <param name="name">The instrument's.</param>
    /// <param name="unit">The word of its unit; null for none.</param>
    public static string Of(string name, string? unit)
    {
        var clean = Clean(name);
        return unit is null || clean.EndsWith($"_{unit}", StringComparison.Ordinal) ? clean : $"{clean}_{unit}";
    }

    /// <summary>The word of a unit; null where the name says it all.</summary>
    /// <param name="unit">By the Unified Code for Units of Measure; what stands in braces is no unit.</param>
    public static string? Unit(string? unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        "%" => "percent",
        _ => null,
    };

    /// <summary>A name of letters, digits and underscores that does not begin with a digit.</summary>
    public static string Clean(string name)
    {
        var clean = new StringBuilder(name.Length + 1);
        foreach (var letter in name)
        {
            var next = Letters.Contains(letter) ? letter : '_';
            if (next != '_' || clean.Length == 0 || clean[^1] != '_')
            {
                clean.Append(next);
            }
        }

        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? $"_{clean}" : clean.ToString();
    }
}
