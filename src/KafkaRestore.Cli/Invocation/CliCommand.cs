using System.CommandLine;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Invocation;

/// <summary>A command of the program: its flags, its help, and what it does.</summary>
internal abstract class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>Command lines that work as they stand, for the help; at least one.</summary>
    public abstract IReadOnlyList<string> Examples { get; }

    /// <summary>What must be typed, where that is not simply every required option.</summary>
    public virtual string? Synopsis => null;

    /// <summary>Lines of the help after the options: what the flags do not say.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>Runs the command.</summary>
    /// <exception cref="RestoreException">It could not be done; the code's exit code is the program's.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public abstract Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop);
}
