using System.CommandLine;
using System.CommandLine.Parsing;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Groups;

/// <summary>The options that name consumer groups: <c>--groups</c>, <c>--groups-file</c>.</summary>
internal sealed class GroupOptions(bool required)
{
    private readonly Option<string[]> _groups = new("--groups", "-g")
    {
        HelpName = "GROUP,...",
        Description = $"Consumer groups, separated by commas: names, globs such as 'billing-*', or ~ and a regular expression.{(required ? "" : " Default: all.")}",
    };

    private readonly Option<string> _file = new("--groups-file") { HelpName = "FILE", Description = "A file with a group on each line, for names with commas and for many groups; - is stdin." };

    /// <summary>Gives a command these options.</summary>
    public void AddTo(Command command)
    {
        command.Add(_groups);
        command.Add(_file);
        if (required)
        {
            command.Validators.Add(result =>
            {
                if (!AreNamed(result))
                {
                    result.AddError("--groups is needed, or --groups-file; '*' means every group");
                }
            });
        }
    }

    /// <summary>Whether any group is named.</summary>
    public bool AreNamed(CommandResult command) => (command.GetResult(_groups) ?? command.GetResult(_file)) is not null;

    /// <summary>Which groups are meant.</summary>
    /// <exception cref="RestoreException">USAGE: the file cannot be read; CONFIG_INVALID: a pattern is wrong, or no group is named.</exception>
    public GroupSelection Read(ParseResult arguments)
    {
        if (!required && arguments.GetResult(_groups) is null && arguments.GetResult(_file) is null)
        {
            return GroupSelection.All;
        }

        // A list that ends with a comma is what `tr '\n' ','` makes of a file.
        var named = (arguments.GetValue(_groups) ?? []).SelectMany(static list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return GroupSelection.Parse(named.Concat(arguments.GetValue(_file) is { } file ? Lines(file) : []));
    }

    private static IEnumerable<string> Lines(string file)
    {
        try
        {
            var text = file == "-" ? Console.In.ReadToEnd() : File.ReadAllText(file);
            return text.Split('\n').Select(static line => line.TrimEnd('\r')).Where(static line => line.Length > 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.Usage, $"the list of groups cannot be read: {failure.Message}", file);
        }
    }
}
