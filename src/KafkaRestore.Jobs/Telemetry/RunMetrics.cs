using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Metrics;
using KafkaRestore.Metrics.Following;

namespace KafkaRestore.Jobs.Telemetry;

/// <summary>The numbers of this process, as one restore adds to them.</summary>
/// <param name="metrics">The numbers.</param>
/// <param name="jobId">The job in a service; null where there is none.</param>
internal sealed class RunMetrics(RestoreMetrics metrics, string? jobId = null)
{
    /// <summary>What a storage counts with.</summary>
    public StorageCounters CountersOf(StorageOptions storage) => metrics.CountersOf(storage);

    /// <summary>Follows a run to its end.</summary>
    /// <param name="restoreId">The id of its state; null where none is kept.</param>
    /// <param name="progress">The run.</param>
    /// <param name="run">Carries it out.</param>
    public async Task<RestoreReport> FollowAsync(string? restoreId, RestoreProgress progress, Task<RestoreReport> run)
    {
        var backup = progress.Plan.BackupId;
        using var followed = metrics.Follow(new RunLabels(restoreId ?? backup, backup, jobId), progress);
        var report = await run.ConfigureAwait(false);
        followed.Ends(report.Status switch
        {
            RestoreStatus.Done => RunOutcome.Success,
            RestoreStatus.Partial => RunOutcome.Partial,
            RestoreStatus.Stopped => RunOutcome.Stopped,
            RestoreStatus.Refused => RunOutcome.Refused,
            _ => RunOutcome.Failure,
        });
        return report;
    }
}
