using System.CommandLine;
using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary>A command that asks a service of restores.</summary>
internal abstract class RemoteCommand : CliCommand
{
    private readonly ServerOptions _server = new();

    protected RemoteCommand(string name, string description)
        : base(name, description)
    {
    }

    /// <inheritdoc/>
    public sealed override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        using var service = _server.Open(arguments);
        try
        {
            return await RunAsync(service, arguments, context, stop).ConfigureAwait(false);
        }
        catch (SubmissionRefused refused)
        {
            foreach (var finding in refused.Findings)
            {
                Say(finding, context.Log);
            }

            throw refused.Reason;
        }
    }

    /// <summary>Runs the command.</summary>
    protected abstract Task<ExitCode> RunAsync(IRestoreService service, ParseResult arguments, CommandContext context, CancellationToken stop);

    /// <summary>Adds the options of the service; last, as they are the same everywhere.</summary>
    protected void AddServer() => _server.AddTo(this);

    /// <summary>An argument for a job's id.</summary>
    protected static Argument<string> JobArgument() => new("job") { HelpName = "JOB", Description = "The job's id, as `submit` and `jobs` show it." };

    /// <summary>Says a finding as a local run does.</summary>
    protected static void Say(FindingInfo finding, ConsoleLog log)
    {
        var text = $"{(finding.Code is null ? "" : finding.Code + ": ")}{finding.What}{(finding.Where is null ? "" : $" ({finding.Where})")}{(finding.Hint is null ? "" : $". {finding.Hint}")}";
        switch (finding.Severity)
        {
            case "error":
                log.Error(text);
                break;
            case "warning":
                log.Warning(text);
                break;
            default:
                log.Message(text);
                break;
        }
    }
}
