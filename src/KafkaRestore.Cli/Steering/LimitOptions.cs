using System.CommandLine;
using System.CommandLine.Parsing;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Configuration.Values;
using KafkaRestore.Engine.Steering;

namespace KafkaRestore.Cli.Steering;

/// <summary>The limits on the command line, under the names of their configuration keys.</summary>
internal sealed class LimitOptions
{
    private const string None = "none";
    private const int ShownCharacters = 40;

    private readonly Option<RateRequest?> _records = Rate(
        RunLimits.RecordsPerSecondKey, "--records-per-second", "N|none", "Most records a second over all partitions together.", "a whole number of 1 or more", PlainNumber.TryRead);

    private readonly Option<RateRequest?> _bytes = Rate(
        RunLimits.BytesPerSecondKey, "--bytes-per-second", "SIZE|none", "Most bytes a second, before compression, over all partitions together.", "a size of 1 B or more such as 40MiB", PlainNumber.TryReadSize);

    private readonly Option<int?> _partitions = new(NameOf(RunLimits.MaxConcurrentPartitionsKey))
    {
        HelpName = "N",
        Description = "Partitions that are restored at once.",
        CustomParser = argument =>
        {
            var text = argument.Tokens[^1].Value;
            if (PlainNumber.TryRead(text, out var number) && number is >= 1 and <= RunLimits.HighestConcurrency)
            {
                return (int)number;
            }

            Refuse(argument, NameOf(RunLimits.MaxConcurrentPartitionsKey), $"a whole number from 1 to {RunLimits.HighestConcurrency}", text);
            return null;
        },
    };

    private delegate bool Reading(string text, out long value);

    /// <summary>Adds them to a command.</summary>
    public void AddTo(CliCommand command)
    {
        command.Add(_records);
        command.Add(_bytes);
        command.Add(_partitions);
    }

    /// <summary>What was asked for.</summary>
    public LimitsRequest Read(ParseResult arguments) => new()
    {
        RecordsPerSecond = arguments.GetValue(_records),
        BytesPerSecond = arguments.GetValue(_bytes),
        MaxConcurrentPartitions = arguments.GetValue(_partitions),
    };

    private static Option<RateRequest?> Rate(string key, string alias, string helpName, string description, string expected, Reading read) => new(NameOf(key), alias)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = argument =>
        {
            var text = argument.Tokens[^1].Value;
            if (text == None)
            {
                return new RateRequest(null);
            }

            if (read(text, out var perSecond) && perSecond >= 1)
            {
                return new RateRequest(perSecond);
            }

            Refuse(argument, NameOf(key), $"{expected}, or {None}", text);
            return null;
        },
    };

    private static string NameOf(string key) => "--" + key.Replace('_', '-');

    private static void Refuse(ArgumentResult argument, string name, string expected, string text) =>
        argument.AddError($"{name} takes {expected}, not '{Printable.Line(text.Length > ShownCharacters ? text[..ShownCharacters] + "…" : text)}'");
}
