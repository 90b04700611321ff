using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;

namespace KafkaRestore.Jobs.Restores;

/// <summary>Who is told of a restore's course, beside its log.</summary>
internal interface IRestoreAudience
{
    /// <summary>How a restore that was stopped is gone on with: a sentence.</summary>
    string HowToGoOn { get; }

    /// <summary>The job's state is open: it is found there while it runs, and afterwards.</summary>
    void Opened(JobLocation place);

    /// <summary>Follows the run to its end.</summary>
    Task<RestoreReport> WatchAsync(Task<RestoreReport> run, RestoreProgress progress);

    /// <summary>The run has ended, or was refused.</summary>
    /// <exception cref="Records.Errors.RestoreException">The report cannot be kept; the run is what it is.</exception>
    void Report(RestoreReport report);

    /// <summary>Nothing was to be done: an earlier run has finished the job.</summary>
    /// <param name="summary">The job.</param>
    /// <param name="file">Where its state is.</param>
    void Finished(JobSummary summary, string file);
}
