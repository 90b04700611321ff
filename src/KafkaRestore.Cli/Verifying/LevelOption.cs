using System.CommandLine;
using KafkaRestore.Engine.Verification;

namespace KafkaRestore.Cli.Verifying;

/// <summary>The option <c>--level</c>.</summary>
internal static class LevelOption
{
    private static readonly string[] Words = ["counts", "hashes", "records"];

    /// <summary>Creates the option for a command.</summary>
    public static Option<VerificationLevel> Create()
    {
        var option = new Option<VerificationLevel>("--level")
        {
            HelpName = string.Join('|', Words),
            Description = "How closely to compare: the number of records; every record, and a SHA-256 of each side; every record. Default: hashes.",
            DefaultValueFactory = _ => VerificationLevel.Hashes,
            CustomParser = argument =>
            {
                var word = argument.Tokens[^1].Value;
                switch (Array.IndexOf(Words, word))
                {
                    case 0:
                        return VerificationLevel.Counts;
                    case 1:
                        return VerificationLevel.Hashes;
                    case 2:
                        return VerificationLevel.Records;
                    default:
                        argument.AddError($"--level takes {string.Join(", ", Words[..^1])} or {Words[^1]}, not '{Printable.Word(word)}'");
                        return default;
                }
            },
        };
        option.CompletionSources.Clear(); // those of the enumeration
        option.CompletionSources.Add(Words);
        return option;
    }
}
