using System.Numerics;
using KafkaRestore.Configuration.Yaml;

namespace KafkaRestore.Configuration.Values;

/// <summary>A number of bytes: bare, or with a unit of 1,000 (<c>KB</c>, <c>MB</c>, <c>GB</c>, <c>TB</c>) or 1,024 (<c>KiB</c>, <c>MiB</c>, <c>GiB</c>, <c>TiB</c>).</summary>
internal sealed class SizeReader<T>(T min, T max) : ScalarReader<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    public override string Name => "size; a bare number is bytes";

    public override string Expectation => max == T.MaxValue
        ? $"a size of {SizeUnits.Format(long.CreateChecked(min))} or more such as 64MiB"
        : $"a size from {SizeUnits.Format(long.CreateChecked(min))} to {SizeUnits.Format(long.CreateChecked(max))} such as 64MiB";

    protected override Fault? Parse(YamlScalar scalar, out T value)
    {
        value = default;
        if (!SizeUnits.All.TryParse(scalar, "B", out var bytes) || bytes < long.CreateChecked(min) || bytes > long.CreateChecked(max))
        {
            return Mismatch(scalar);
        }

        value = T.CreateChecked(bytes);
        return null;
    }
}

/// <summary>The units of sizes.</summary>
internal static class SizeUnits
{
    public static readonly Quantity All = new(
        ("B", 1),
        ("KB", 1_000),
        ("KiB", 1L << 10),
        ("MB", 1_000_000),
        ("MiB", 1L << 20),
        ("GB", 1_000_000_000),
        ("GiB", 1L << 30),
        ("TB", 1_000_000_000_000),
        ("TiB", 1L << 40));

    /// <summary>A size in the largest unit that shows it without a fraction.</summary>
    public static string Format(long bytes) => All.Format(bytes);
}
