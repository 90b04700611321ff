using System.CommandLine;
using System.CommandLine.Completions;
using KafkaRestore.Cli.Invocation;

namespace KafkaRestore.Cli.Completion;

/// <summary>What can be typed after the program's name, for the scripts of every shell.</summary>
/// <param name="Commands">The commands.</param>
/// <param name="Globals">Options of the program itself.</param>
internal sealed record CompletionWords(IReadOnlyList<CommandWords> Commands, IReadOnlyList<OptionWords> Globals)
{
    /// <summary>Collects them.</summary>
    public static CompletionWords Of(Command root) => new(
        [.. root.Subcommands.Where(command => !command.Hidden).Select(CommandWords.Of)],
        [.. HelpPage.OptionsOf(root).Append(GlobalOptions.Version).Distinct().Select(OptionWords.Of)]);
}

/// <summary>A command.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does, without a quote.</param>
/// <param name="Options">Its options; those of all its commands where it is a group.</param>
/// <param name="Words">What its argument can be, or the names of its commands; empty when it has none.</param>
internal sealed record CommandWords(string Name, string Description, IReadOnlyList<OptionWords> Options, IReadOnlyList<string> Words)
{
    public static CommandWords Of(Command command) => new(
        command.Name,
        OptionWords.Plain(command.Description),
        [.. command.Subcommands.SelectMany(HelpPage.OptionsOf).Concat(HelpPage.OptionsOf(command)).DistinctBy(option => option.Name).Select(OptionWords.Of)],
        [.. command.Arguments.SelectMany(argument => argument.GetCompletions(CompletionContext.Empty)).Select(item => item.Label), .. command.Subcommands.Select(sub => sub.Name)]);
}

/// <summary>An option.</summary>
/// <param name="Long">Its long name with dashes.</param>
/// <param name="Short">Its short name with the dash; null when it has none.</param>
/// <param name="Description">What it does, without a quote.</param>
/// <param name="TakesValue">Whether a value follows.</param>
/// <param name="Values">What the value can be; empty where anything, or a file, is meant.</param>
/// <param name="IsFile">Whether the value is a file or directory.</param>
internal sealed record OptionWords(string Long, string? Short, string Description, bool TakesValue, IReadOnlyList<string> Values, bool IsFile)
{
    public static OptionWords Of(Option option) => new(
        option.Name,
        option.Aliases.FirstOrDefault(alias => alias.Length == 2),
        Plain(option.Description),
        option.Arity.MaximumNumberOfValues > 0,
        option.Arity.MaximumNumberOfValues == 0 ? [] : [.. option.CompletionSources.SelectMany(source => source(CompletionContext.Empty)).Select(item => item.Label)],
        option.HelpName is "FILE" or "PATH");

    /// <summary>The names, the long one first.</summary>
    public IEnumerable<string> Names => Short is null ? [Long] : [Long, Short];

    /// <summary>The first sentence, without what shells read as their own.</summary>
    public static string Plain(string? text)
    {
        var end = text?.IndexOfAny([':', ';', '.', '(']) ?? -1;
        return new string([.. (end < 0 ? text ?? "" : text![..end]).Where(c => c is not ('\'' or '"' or '`' or '[' or ']' or '$' or '\\'))]).Trim();
    }
}
