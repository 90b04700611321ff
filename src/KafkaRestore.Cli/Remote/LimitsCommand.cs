using System.CommandLine;
using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Steering;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary><c>limits</c>: changes the limits of a running job of a service, or shows them.</summary>
internal sealed class LimitsCommand : RemoteCommand
{
    private readonly Argument<string> _job = JobArgument();
    private readonly LimitOptions _limits = new();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public LimitsCommand()
        : base("limits", "Changes the limits of a running job of a service, or shows them.")
    {
        Add(_job);
        _limits.AddTo(this);
        Add(_format);
        AddServer();
    }

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore limits 20261122-051200-417-3fa9",
        "kafka-restore limits 20261122-051200-417-3fa9 --rate-limit-bytes-per-sec 40MiB",
    ];

    protected override async Task<ExitCode> RunAsync(IRestoreService service, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var (id, request) = (arguments.GetRequiredValue(_job), _limits.Read(arguments));
        var changed = request.IsEmpty
            ? await HoldingAsync(service, id, stop).ConfigureAwait(false)
            : await service.ChangeLimitsAsync(id, Of(request), stop).ConfigureAwait(false);
        context.Result.Write(changed, arguments.GetValue(_format), JobText.Of);
        return ExitCode.Done;
    }

    private static async Task<LimitsChanged> HoldingAsync(IRestoreService service, string id, CancellationToken stop) =>
        (await service.GetAsync(id, stop).ConfigureAwait(false)).Limits is { } limits
            ? new LimitsChanged(limits, limits)
            : throw new RestoreException(ErrorCodes.JobNotRunning, "the job does not run, or is still being checked", id);

    private static LimitsChange Of(LimitsRequest request) => new()
    {
        RateLimitRecordsPerSec = request.RecordsPerSecond is { } records ? records.PerSecond ?? 0 : null,
        RateLimitBytesPerSec = request.BytesPerSecond is { } bytes ? bytes.PerSecond ?? 0 : null,
        MaxConcurrentPartitions = request.MaxConcurrentPartitions,
    };
}
