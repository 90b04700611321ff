using System.CommandLine;

namespace KafkaRestore.Cli.Output;

/// <summary>How a result is written.</summary>
internal enum OutputFormat
{
    /// <summary>For a person.</summary>
    Text,

    /// <summary>JSON, indented.</summary>
    Json,

    /// <summary>YAML of the same shape.</summary>
    Yaml,

    /// <summary>Comma-separated values with a line of names.</summary>
    Csv,
}

/// <summary>The option <c>--format</c>.</summary>
internal static class FormatOption
{
    /// <summary>Creates the option for a command.</summary>
    /// <param name="csv">Whether the command has a CSV form.</param>
    public static Option<OutputFormat> Create(bool csv = false)
    {
        string[] words = csv ? ["text", "json", "yaml", "csv"] : ["text", "json", "yaml"];
        var option = new Option<OutputFormat>("--format", "-f")
        {
            HelpName = string.Join('|', words),
            Description = "How the result is written. Default: text.",
            CustomParser = argument =>
            {
                var word = argument.Tokens[^1].Value;
                var index = Array.IndexOf(words, word);
                if (index < 0)
                {
                    argument.AddError($"--format takes {string.Join(", ", words[..^1])} or {words[^1]}, not '{Printable.Word(word)}'");
                }

                return (OutputFormat)Math.Max(index, 0);
            },
        };
        option.CompletionSources.Clear(); // those of the enumeration
        option.CompletionSources.Add(words);
        return option;
    }
}
