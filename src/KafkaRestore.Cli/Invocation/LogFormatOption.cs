using System.CommandLine;

namespace KafkaRestore.Cli.Invocation;

/// <summary>The option <c>--log-format</c>.</summary>
internal static class LogFormatOption
{
    private static readonly string[] s_words = ["text", "json"];

    /// <summary>What a command line asks for; text where it says it wrongly, which is told later.</summary>
    public static LogFormat Of(ParseResult parsed) => parsed.GetResult(GlobalOptions.LogFormat) is { Tokens: [.., { Value: "json" }] } ? LogFormat.Json : LogFormat.Text;

    /// <summary>Creates it.</summary>
    public static Option<LogFormat> Create()
    {
        var option = new Option<LogFormat>("--log-format")
        {
            HelpName = "text|json",
            Description = "How stderr is written; json: one object a line, for programs. Default: text.",
            Recursive = true,
            CustomParser = static argument =>
            {
                var word = argument.Tokens[^1].Value;
                var index = Array.IndexOf(s_words, word);
                if (index < 0)
                {
                    argument.AddError($"--log-format takes text or json, not '{Printable.Word(word)}'");
                }

                return (LogFormat)Math.Max(index, 0);
            },
        };
        option.CompletionSources.Clear(); // those of the enumeration
        option.CompletionSources.Add(s_words);
        return option;
    }
}
