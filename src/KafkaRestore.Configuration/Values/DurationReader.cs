using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>A span of time with a unit (<c>500ms</c>, <c>60s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>), or a bare number where the key's name tells the unit.</summary>
/// <param name="min">The shortest, inclusive.</param>
/// <param name="max">The longest, inclusive.</param>
/// <param name="bareUnit">The unit of a bare number; null: only 0 may stand without a unit.</param>
internal sealed class DurationReader(TimeSpan min, TimeSpan max, string? bareUnit = null) : ScalarReader<TimeSpan>
{
    private static readonly Quantity Units = new(("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000));

    public override string Name => bareUnit is null ? "duration" : $"duration; a bare number is {bareUnit}";

    public override string Expectation => $"a duration from {Format(min)} to {Format(max)} such as 500ms, 60s or 5m";

    /// <summary>A duration in the largest unit that shows it without a fraction.</summary>
    public static string Format(TimeSpan value) => Units.Format((long)value.TotalMilliseconds);

    protected override Fault? Parse(YamlScalar scalar, out TimeSpan value)
    {
        value = default;
        if (!Units.TryParse(scalar, bareUnit, out var milliseconds))
        {
            return Mismatch(scalar, scalar is { IsPlain: true } && CoreSchema.IsInteger(scalar.Text) ? "Give it a unit, such as 60s." : null);
        }

        if (milliseconds < (long)min.TotalMilliseconds || milliseconds > (long)max.TotalMilliseconds)
        {
            return Mismatch(scalar);
        }

        value = TimeSpan.FromMilliseconds(milliseconds);
        return null;
    }
}
