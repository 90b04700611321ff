using System.CommandLine;
using System.Globalization;
using KafkaRestore.Kafka;

namespace KafkaRestore.Cli.Verifying;

/// <summary>The target offset at which the restored records of a partition begin.</summary>
/// <param name="Target">The partition.</param>
/// <param name="Offset">The offset, 0 or more.</param>
internal readonly record struct StartOffset(TargetPartition Target, long Offset)
{
    /// <summary>Creates the option <c>--start-at</c>.</summary>
    public static Option<StartOffset[]> CreateOption() => new("--start-at")
    {
        HelpName = "TOPIC/PARTITION=OFFSET",
        Description = "The target offset at which the restored records of a partition begin; may be repeated. Default: the beginning of its log.",
        CustomParser = argument =>
        {
            var starts = new List<StartOffset>();
            foreach (var token in argument.Tokens)
            {
                if (Parse(token.Value) is not { } start)
                {
                    argument.AddError($"--start-at takes TOPIC/PARTITION=OFFSET, for example orders/0=1200, not '{Printable.Line(token.Value.Length > 60 ? token.Value[..60] + "…" : token.Value)}'");
                }
                else if (starts.Exists(other => other.Target == start.Target))
                {
                    argument.AddError($"--start-at names {start.Target} twice");
                }
                else
                {
                    starts.Add(start);
                }
            }

            return [.. starts];
        },
    };

    private static StartOffset? Parse(string text)
    {
        var equals = text.LastIndexOf('=');
        var slash = equals < 0 ? -1 : text.LastIndexOf('/', equals);
        return slash > 0
            && int.TryParse(text.AsSpan(slash + 1, equals - slash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(text.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new StartOffset(new TargetPartition(text[..slash], partition), offset)
            : null;
    }
}
