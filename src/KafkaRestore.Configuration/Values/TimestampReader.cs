using System.Globalization;
using System.Text.RegularExpressions;
using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>A moment: epoch milliseconds, or ISO 8601 with <c>Z</c> or an offset.</summary>
internal sealed partial class TimestampReader : ScalarReader<long>
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFK",
        "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFK",
    ];

    public override string Name => "time: epoch milliseconds or ISO 8601 with a zone";

    public override string Expectation => "epoch milliseconds or a time such as 2025-01-15T10:00:00Z";

    protected override Fault? Parse(YamlScalar scalar, out long value)
    {
        if (scalar.IsPlain && CoreSchema.TryInteger(scalar.Text, out value))
        {
            return null;
        }

        value = 0;
        if (CoreSchema.IsInteger(scalar.Text))
        {
            return Mismatch(scalar, scalar.IsPlain ? null : "Write the number without quotes.");
        }

        if (!Zone().IsMatch(scalar.Text))
        {
            return Mismatch(scalar, Date().IsMatch(scalar.Text) ? "Say the time of day and the zone: add Z for UTC, or an offset such as +02:00." : null);
        }

        if (!DateTimeOffset.TryParseExact(scalar.Text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
        {
            return Mismatch(scalar);
        }

        value = moment.ToUnixTimeMilliseconds();
        return null;
    }

    [GeneratedRegex(@"[0-9](?:Z|[-+][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Zone();

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex Date();
}
