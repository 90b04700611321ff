using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Resets;

/// <summary><c>offset-reset execute</c>.</summary>
internal sealed class ExecuteCommand : CliCommand
{
    public ExecuteCommand()
        : base("execute", "Resets groups: from a plan, or at once.")
    {
    }

    public override IReadOnlyList<string> Examples => [];

    public override Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop) => throw new RestoreException(ErrorCodes.Usage, "not there");
}
