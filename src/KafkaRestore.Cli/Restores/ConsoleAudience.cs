using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Progress;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Restores;

/// <summary>A person or script at the command line: progress on stderr, the report on stdout and in a file.</summary>
/// <param name="format">How stdout gets the report.</param>
/// <param name="reportPath">Where the report goes as JSON; null: nowhere.</param>
/// <param name="context">The streams.</param>
/// <exception cref="RestoreException">CONFIG_INVALID: the report cannot be written there.</exception>
internal sealed class ConsoleAudience(OutputFormat format, string? reportPath, CommandContext context) : IRestoreAudience
{
    private readonly ReportFile? _file = reportPath is null ? null : new ReportFile(reportPath);

    public string HowToGoOn => "Run the same command again to go on.";

    public void Opened(JobLocation place)
    {
        // The log says it where a person should know.
    }

    public Task<RestoreReport> WatchAsync(Task<RestoreReport> run, RestoreProgress progress) => context.Log.Style.Moving
        ? LiveProgress.DuringAsync(run, progress, context.Log, context.Time)
        : ProgressLines.DuringAsync(run, progress, context.Log, context.Time);

    public void Report(RestoreReport report)
    {
        try
        {
            _file?.Write(report);
        }
        finally
        {
            context.Result.Write(report, format, value => RestoreReportText.Of(value, context.Result.Style));
        }
    }

    public void Finished(JobSummary summary, string file) => context.Result.Write(summary, format, value => JobSummaryText.OfFinished(value, file, context.Result.Style));
}
