using System.CommandLine;

namespace KafkaRestore.Cli.Kmap;

/// <summary>The option <c>--topic-mapping</c>.</summary>
internal static class TopicMappingOption
{
    /// <summary>Creates the option for a command.</summary>
    public static Option<Dictionary<string, string>> Create() => new("--topic-mapping")
    {
        HelpName = "FROM=TO",
        Description = "A topic that has another name here than in the file; any number of times, or separated by commas.",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = static _ => [],
        CustomParser = argument =>
        {
            var mapping = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var pair in argument.Tokens.SelectMany(static token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
            {
                string[] sides = pair.Split('=');
                if (sides.Length != 2 || sides[0].Length == 0 || sides[1].Length == 0 || !mapping.TryAdd(sides[0], sides[1]))
                {
                    argument.AddError($"--topic-mapping takes FROM=TO, each topic once, not '{Printable.Line(pair.Length > 60 ? pair[..60] + "…" : pair)}'");
                    break;
                }
            }

            return mapping;
        },
    };
}
