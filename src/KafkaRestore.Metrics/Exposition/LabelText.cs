using System.Globalization;
using System.Text;

namespace KafkaRestore.Metrics.Exposition;

/// <summary>Labels as both text formats write them.</summary>
internal static class LabelText
{
    /// <summary>Labels in order of their names, without braces; of two that have the same name as Prometheus takes it, the values stand together.</summary>
    public static string Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags)
        {
            var clean = MetricName.Clean(name);
            var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels[clean] = labels.TryGetValue(clean, out var other) ? $"{other};{text}" : text;
        }

        var all = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            all.Append(all.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(Escape(value)).Append('"');
        }

        return all.ToString();
    }

    /// <summary>A label's value between its quotes.</summary>
    public static string Escape(string value) =>
        value.AsSpan().IndexOfAny('\\', '"', '\n') < 0 ? value : value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
