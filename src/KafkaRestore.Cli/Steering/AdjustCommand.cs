using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Steering;

/// <summary><c>adjust</c>: shows and changes the limits of a restore while it runs.</summary>
internal sealed class AdjustCommand : CliCommand
{
    private readonly JobStateOptions _job = new();
    private readonly LimitOptions _limits = new();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public AdjustCommand()
        : base("adjust", "Changes the limits of a restore that is running on this machine, or shows them.")
    {
        _job.AddTo(this);
        _limits.AddTo(this);
        Add(_format);
    }

    public override string Synopsis => JobStateOptions.Synopsis;

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore adjust --config restore.yaml",
        "kafka-restore adjust --config restore.yaml --rate-limit-bytes-per-sec 40MiB",
        "kafka-restore adjust --state /var/lib/restore/nightly.json --max-concurrent-partitions 12",
    ];

    public override IReadOnlyList<string> Notes =>
    [
        "Without a limit it shows what holds. A change holds for this run, until the next one or its end; the configuration file stays as it is. " +
        "--records-per-second and --bytes-per-second are other names of the first two limits.",
        "Partitions that run are never cut off: with fewer at once, no new one begins until the number fits. More at once are refused where the run's memory budget has no room for them. " +
        "If no run works on the job, the exit code is 3 (docs/steering.md).",
        JobStateOptions.Note,
    ];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var request = _limits.Read(arguments);
        var run = RunningJob.Find(await _job.FindAsync(arguments, context, stop).ConfigureAwait(false), context.Time);
        RunLimits before;
        RunLimits after;
        if (request.IsEmpty)
        {
            before = after = await run.ReadLimitsAsync(stop).ConfigureAwait(false);
        }
        else
        {
            (before, after) = await run.ChangeLimitsAsync(request, stop).ConfigureAwait(false);
        }

        var result = new Adjustment(run.Holder.JobId, run.Holder.ProcessId, run.Holder.Since, before != after, before, after);
        context.Result.Write(result, arguments.GetValue(_format), AdjustmentText.Of);
        return ExitCode.Done;
    }
}
