using System.CommandLine;
using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary>A command that asks one thing of one job and shows the job.</summary>
internal abstract class JobCommand : RemoteCommand
{
    private readonly Argument<string> _job = JobArgument();
    private readonly Option<OutputFormat> _format = FormatOption.Create();
    private readonly Func<IRestoreService, string, CancellationToken, Task<JobInfo>> _ask;

    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="ask">Asks it.</param>
    protected JobCommand(string name, string description, Func<IRestoreService, string, CancellationToken, Task<JobInfo>> ask)
        : base(name, description)
    {
        _ask = ask;
        Add(_job);
        Add(_format);
        AddServer();
    }

    /// <inheritdoc/>
    protected override async Task<ExitCode> RunAsync(IRestoreService service, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var job = await _ask(service, arguments.GetRequiredValue(_job), stop).ConfigureAwait(false);
        context.Result.Write(job, arguments.GetValue(_format), value => JobText.Of(value, context.Result.Style));
        return ExitCode.Done;
    }
}

/// <summary><c>pause</c>.</summary>
internal sealed class PauseCommand() : JobCommand(
    "pause", "Lets a job of a service stand still; its progress is saved.", static (service, job, stop) => service.PauseAsync(job, stop))
{
    public override IReadOnlyList<string> Examples => ["kafka-restore pause 20261122-051200-417-3fa9"];
}

/// <summary><c>resume</c>.</summary>
internal sealed class ResumeCommand() : JobCommand(
    "resume", "Lets a job of a service go on that is paused, or has ended without being done.", static (service, job, stop) => service.ResumeAsync(job, stop))
{
    public override IReadOnlyList<string> Examples => ["kafka-restore resume 20261122-051200-417-3fa9"];
}

/// <summary><c>cancel</c>.</summary>
internal sealed class CancelCommand() : JobCommand(
    "cancel", "Ends a job of a service; what it has written stays.", static (service, job, stop) => service.CancelAsync(job, stop))
{
    public override IReadOnlyList<string> Examples => ["kafka-restore cancel 20261122-051200-417-3fa9"];
}
