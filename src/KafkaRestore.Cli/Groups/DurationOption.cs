using System.CommandLine;
using System.Globalization;

namespace KafkaRestore.Cli.Groups;

/// <summary>Options that take a span of time.</summary>
internal static class DurationOption
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>The option <c>--wait-for-empty</c>.</summary>
    public static Option<TimeSpan> WaitForEmpty() => Create("--wait-for-empty", "How long to wait for the groups' members to leave, such as 30s or 5m. Default: not at all.");

    /// <summary>Creates an option.</summary>
    public static Option<TimeSpan> Create(string name, string description) => new(name)
    {
        HelpName = "DURATION",
        Description = description,
        CustomParser = argument =>
        {
            var word = argument.Tokens[^1].Value;
            if (TryParse(word) is not { } duration)
            {
                argument.AddError($"{name} takes a duration up to 30d such as 30s or 5m, not '{Printable.Word(word)}'");
                return default;
            }

            return duration;
        },
    };

    private static TimeSpan? TryParse(string word)
    {
        foreach (var (unit, seconds) in Units)
        {
            if (word.EndsWith(unit, StringComparison.Ordinal) && double.TryParse(word[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return number * seconds <= Longest.TotalSeconds ? TimeSpan.FromSeconds(number * seconds) : null;
            }
        }

        return word == "0" ? TimeSpan.Zero : null;
    }
}
