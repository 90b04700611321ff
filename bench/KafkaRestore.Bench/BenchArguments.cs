using System.Globalization;

namespace KafkaRestore.Bench;

/// <summary>The options of a verb: <c>--name value</c>, each at most once, none ignored.</summary>
internal sealed class BenchArguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads them.</summary>
    public BenchArguments(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Count || !_values.TryAdd(arguments[i][2..], arguments[i + 1]))
            {
                throw new ArgumentException($"'{arguments[i]}' is no option with a value, or is given twice");
            }
        }
    }

    /// <summary>A text; <paramref name="otherwise"/> when it is not given, required when that is null.</summary>
    public string Text(string name, string? otherwise = null) =>
        _values.Remove(name, out var value) ? value : otherwise ?? throw new ArgumentException($"--{name} is missing");

    /// <summary>A whole number from <paramref name="least"/> up.</summary>
    public long Number(string name, long otherwise, long least = 0)
    {
        var text = Text(name, otherwise.ToString(CultureInfo.InvariantCulture));
        return long.TryParse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new ArgumentException($"--{name} {text} is not a whole number from {least} up");
    }

    /// <summary>true or false.</summary>
    public bool Flag(string name, bool otherwise) => Text(name, otherwise ? "true" : "false") switch
    {
        "true" => true,
        "false" => false,
        var other => throw new ArgumentException($"--{name} {other} is neither true nor false"),
    };

    /// <summary>Refuses options that nobody asked for.</summary>
    public void Done()
    {
        if (_values.Count > 0)
        {
            throw new ArgumentException($"--{_values.Keys.First()} is not known");
        }
    }
}
