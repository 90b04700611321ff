using System.CommandLine;

namespace KafkaRestore.Cli.Invocation;

/// <summary>Commands about one subject under one name; does nothing by itself.</summary>
internal abstract class CommandGroup(string name, string description) : Command(name, description)
{
    /// <summary>Lines of the help after the commands.</summary>
    public virtual IReadOnlyList<string> Notes => [];
}
