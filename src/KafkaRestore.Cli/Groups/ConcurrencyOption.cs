using System.CommandLine;
using System.Globalization;
using KafkaRestore.Offsets.Resetting;

namespace KafkaRestore.Cli.Groups;

/// <summary>The option <c>--max-concurrent</c>.</summary>
internal static class ConcurrencyOption
{
    private static readonly int s_default = new GroupResetOptions().MostAtOnce;
    private const int Most = 10_000;

    /// <summary>Creates the option for a command.</summary>
    public static Option<int> Create() => new("--max-concurrent")
    {
        HelpName = "N",
        Description = $"Groups that are changed at once. Default: {s_default}.",
        DefaultValueFactory = static _ => s_default,
        CustomParser = argument =>
        {
            var word = argument.Tokens[^1].Value;
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > Most)
            {
                argument.AddError($"--max-concurrent takes a whole number from 1 to {Most}, not '{Printable.Word(word)}'");
            }

            return number;
        },
    };
}
