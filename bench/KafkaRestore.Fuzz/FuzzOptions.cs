using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace KafkaRestore.Fuzz;

/// <summary>What to run and for how long.</summary>
public sealed record FuzzOptions
{
    /// <summary>How long to run; null when <see cref="Iterations"/> decides.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How many cases to run; null when <see cref="Duration"/> decides.</summary>
    public long? Iterations { get; init; }

    /// <summary>Where the random numbers start: the same seed gives the same cases.</summary>
    public int Seed { get; init; } = 1;

    /// <summary><c>segment</c>, <c>manifest</c>, <c>json</c>, <c>wire</c> or <c>all</c>.</summary>
    public string Target { get; init; } = "all";

    /// <summary>The one case to run again; null for all.</summary>
    public long? Only { get; init; }

    /// <summary>The folder of golden archives to mutate; null looks for tests/golden above the program; an empty text uses none.</summary>
    public string? Golden { get; init; }

    /// <summary>How long one case may take before it counts as a hang.</summary>
    public TimeSpan PerCase { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most that the process may grow to, in bytes; null where it does other things as well.</summary>
    public long? MostWorkingSet { get; init; }

    /// <summary>Reads the command line.</summary>
    public static bool TryParse(string[] args, [NotNullWhen(true)] out FuzzOptions? options, [NotNullWhen(false)] out string? problem)
    {
        options = null;
        problem = null;
        var read = new FuzzOptions();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
            {
                problem = $"{args[i]} needs a value";
                return false;
            }

            var value = args[i + 1];
            var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            var next = args[i] switch
            {
                "--seconds" when isNumber => read with { Duration = TimeSpan.FromSeconds(number) },
                "--iterations" when isNumber => read with { Iterations = number },
                "--seed" when isNumber => read with { Seed = number },
                "--only" when isNumber => read with { Only = number },
                "--target" when value is "segment" or "manifest" or "json" or "wire" or "all" => read with { Target = value },
                "--golden" => read with { Golden = value },
                _ => null,
            };
            if (next is null)
            {
                problem = $"'{args[i]} {value}' is not understood";
                return false;
            }

            read = next;
        }

        options = read.Duration is null && read.Iterations is null ? read with { Duration = TimeSpan.FromMinutes(1) } : read;
        return true;
    }
}
