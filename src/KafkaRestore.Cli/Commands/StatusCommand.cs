using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Engine.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands;

/// <summary><c>status</c>: how far a restore is, from its state on disk.</summary>
internal sealed class StatusCommand : CliCommand
{
    private readonly JobStateOptions _job = new();
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    public StatusCommand()
        : base("status", "Shows how far a restore is, from its saved state; changes nothing.")
    {
        _job.AddTo(this);
        Add(_format);
    }

    public override string Synopsis => JobStateOptions.Synopsis;

    public override IReadOnlyList<string> Examples =>
    [
        "kafka-restore status --config restore.yaml",
        "kafka-restore status --state /var/lib/restore/nightly.json --format json",
    ];

    public override IReadOnlyList<string> Notes =>
        [$"While a restore runs its state is a little behind. {JobStateOptions.Note} The JSON is the state's own file (docs/resuming.md)."];

    public override async Task<ExitCode> RunAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var location = await _job.FindAsync(arguments, context, stop).ConfigureAwait(false);
        var summary = new JobStore(context.Time).ReadSummary(location)
            ?? throw new RestoreException(ErrorCodes.JobNotFound, "no restore has begun whose state would be there", location.SummaryFile);
        context.Result.Write(summary, arguments.GetValue(_format), value => JobSummaryText.Of(value, location.SummaryFile, context.Result.Style));
        return ExitCode.Done;
    }
}
