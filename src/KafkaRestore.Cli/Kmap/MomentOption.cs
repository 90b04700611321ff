using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace KafkaRestore.Cli.Kmap;

/// <summary>The option <c>--to-datetime</c>.</summary>
internal static partial class MomentOption
{
    /// <summary>Creates the option; its value is in epoch milliseconds.</summary>
    public static Option<long?> Create() => new("--to-datetime")
    {
        HelpName = "TIME",
        Description = "Set the groups' partitions to the first record at or after a time, such as 2026-11-21T08:00:00Z or epoch milliseconds, instead of the file's offsets; to the end where there is none.",
        CustomParser = argument =>
        {
            var word = argument.Tokens[^1].Value;
            if (long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            {
                return milliseconds;
            }

            if (Zone().IsMatch(word) && DateTimeOffset.TryParse(word, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
            {
                return moment.ToUnixTimeMilliseconds();
            }

            argument.AddError($"--to-datetime takes epoch milliseconds or a time with its zone such as 2026-11-21T08:00:00Z, not '{Printable.Word(word)}'");
            return null;
        },
    };

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,7})?)?(?:Z|[-+][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Zone();
}
