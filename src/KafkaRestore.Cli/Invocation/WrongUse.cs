using System.CommandLine;
using KafkaRestore.Configuration.Values;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Invocation;

/// <summary>Says what is wrong with a command line, what was probably meant, and how the command is used.</summary>
internal static class WrongUse
{
    /// <summary>The message; null when the command line is right.</summary>
    public static string? Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return Problem(parsed, command) is { } problem
            ? $"{ErrorCodes.Usage}: {problem}\n{HelpPage.Usage(command)}\nSee `{HelpPage.PathOf(command)} --help`."
            : null;
    }

    private static string? Problem(ParseResult parsed, Command command)
    {
        if (parsed.UnmatchedTokens is [var token, ..])
        {
            return Unmatched(Name(token), command);
        }

        if (command is not CliCommand)
        {
            return parsed.GetValue(GlobalOptions.Version) ? null : $"a command is needed: {string.Join(", ", Commands(command))}";
        }

        return parsed.Errors is [var first, ..] ? Printable.Line(first.Message.TrimEnd('.')) : null;
    }

    private static string Unmatched(string token, Command command)
    {
        if (token.StartsWith('-'))
        {
            var known = HelpPage.OptionsOf(command).SelectMany(option => option.Aliases.Append(option.Name)).Where(name => name.StartsWith("--", StringComparison.Ordinal));
            return $"'{HelpPage.PathOf(command)}' has no option '{token}'{Meant(token, known)}";
        }

        return command.Subcommands.Count > 0
            ? $"there is no command '{token}'{Meant(token, Commands(command))}"
            : $"'{HelpPage.PathOf(command)}' does not take '{token}'";
    }

    private static string Meant(string word, IEnumerable<string> known) =>
        Spelling.Nearest(word, known) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    private static IEnumerable<string> Commands(Command command) =>
        command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name);

    /// <summary>What was typed, without a value behind = (it may be a secret), and short.</summary>
    private static string Name(string token)
    {
        var end = token.StartsWith('-') ? token.IndexOf('=', StringComparison.Ordinal) : -1;
        var name = end < 0 ? token : token[..end];
        return Printable.Line(name.Length > 60 ? name[..60] + "…" : name);
    }
}
