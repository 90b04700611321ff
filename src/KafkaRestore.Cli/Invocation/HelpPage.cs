using System.CommandLine;
using System.Text;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Invocation;

/// <summary>The help of a command, at most 100 columns wide.</summary>
internal static class HelpPage
{
    private const int Width = TextWrap.PageWidth;

    /// <summary>The whole page.</summary>
    public static string Of(Command command)
    {
        var page = new StringBuilder();
        page.Append(command.Description).Append("\n\n").Append(Usage(command)).Append('\n');
        Section(page, "Arguments", command.Arguments.Select(argument => (argument.HelpName ?? argument.Name, argument.Description ?? "")));
        Section(page, "Commands", command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name, sub.Description ?? "")));
        Section(page, "Options", command.Options.Where(option => !option.Recursive && option != GlobalOptions.Version).Select(Row));
        Section(page, "Options of every command", Globals(command).Select(Row));
        if (command is CliCommand known)
        {
            Paragraphs(page, known.Notes);
            page.Append("\nExamples:\n");
            foreach (var example in known.Examples)
            {
                page.Append("  ").Append(example).Append('\n');
            }
        }
        else if (command is CommandGroup group)
        {
            Paragraphs(page, [.. group.Notes, $"`{PathOf(command)} COMMAND --help` shows a command's options and examples."]);
            page.Append("\nExamples:\n");
            foreach (var example in group.Subcommands.OfType<CliCommand>().Select(sub => sub.Examples[0]))
            {
                page.Append("  ").Append(example).Append('\n');
            }
        }
        else
        {
            page.Append("\nExit codes:\n");
            foreach (var (code, meaning) in ExitCodes)
            {
                page.Append("  ").Append((int)code).Append("  ").Append(meaning).Append('\n');
            }

            Paragraphs(page, [$"Results go to stdout, everything else to stderr. `{CommandLine.ProgramName} COMMAND --help` shows a command's options and examples."]);
        }

        return page.ToString();
    }

    /// <summary>One line: how the command is called.</summary>
    public static string Usage(Command command)
    {
        var usage = new StringBuilder("Usage: ").Append(PathOf(command));
        if (command.Subcommands.Count > 0)
        {
            return usage.Append(" COMMAND [options]").ToString();
        }

        if (command is CliCommand { Synopsis: { } synopsis })
        {
            return usage.Append(' ').Append(synopsis).Append(" [options]").ToString();
        }

        foreach (var argument in command.Arguments)
        {
            usage.Append(' ').Append(argument.HelpName ?? argument.Name);
        }

        foreach (var option in command.Options.Where(option => option.Required))
        {
            usage.Append(' ').Append(option.Name).Append(Value(option));
        }

        return usage.Append(command.Options.Any(option => !option.Required) ? " [options]" : "").ToString();
    }

    /// <summary>The command with those it belongs to, as it is typed.</summary>
    public static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}" : command.Name;

    /// <summary>Every option that the command takes.</summary>
    public static IEnumerable<Option> OptionsOf(Command command) =>
        command.Options.Where(option => !option.Recursive).Concat([GlobalOptions.Verbose, GlobalOptions.LogFormat, GlobalOptions.NoColor, GlobalOptions.Help]);

    private static IEnumerable<(ExitCode Code, string Meaning)> ExitCodes =>
    [
        (ExitCode.Done, "all that was asked for is done and checked"),
        (ExitCode.Unexpected, "a defect of this program"),
        (ExitCode.Usage, "the command line or the configuration is wrong; nothing was started"),
        (ExitCode.Refused, "a check before the first write refused; nothing was written"),
        (ExitCode.Partial, "done in part, or an archive is damaged; the report says what is missing"),
        (ExitCode.Stopped, "stopped on request; the report says what was done"),
    ];

    private static IEnumerable<Option> Globals(Command command) =>
        command is CliCommand or CommandGroup
            ? [GlobalOptions.Verbose, GlobalOptions.LogFormat, GlobalOptions.NoColor, GlobalOptions.Help]
            : [GlobalOptions.Verbose, GlobalOptions.LogFormat, GlobalOptions.NoColor, GlobalOptions.Help, GlobalOptions.Version];

    private static (string, string) Row(Option option)
    {
        var names = option.Aliases.Where(alias => alias.Length == 2).Append(option.Name);
        return (string.Join(", ", names) + Value(option), option.Description + (option.Required ? " Required." : ""));
    }

    private static string Value(Option option) => option.Arity.MaximumNumberOfValues == 0 ? "" : $" {option.HelpName}";

    private static void Section(StringBuilder page, string title, IEnumerable<(string Left, string Right)> content)
    {
        var rows = content.ToList();
        if (rows.Count == 0)
        {
            return;
        }

        page.Append('\n').Append(title).Append(":\n");
        var indent = rows.Max(row => row.Left.Length) + 4;
        foreach (var (left, right) in rows)
        {
            page.Append("  ").Append(left.PadRight(indent - 2));
            page.AppendJoin("\n" + new string(' ', indent), TextWrap.Lines(right, Width - indent)).Append('\n');
        }
    }

    private static void Paragraphs(StringBuilder page, IReadOnlyList<string> paragraphs)
    {
        foreach (var paragraph in paragraphs)
        {
            page.Append('\n').AppendJoin('\n', TextWrap.Lines(paragraph, Width)).Append('\n');
        }
    }
}
