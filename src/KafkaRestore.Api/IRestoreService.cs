using KafkaRestore.Api.Contracts;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Api;

/// <summary>
/// What a service of restores does, be it one process or a cluster. Every failure that a caller can act on is a <see cref="RestoreException"/>; an unknown id is JOB_NOT_FOUND. Thread-safe.
/// </summary>
public interface IRestoreService
{
    /// <summary>
    /// Takes a restore: reads its configuration, plans it, checks it against storage and target, and makes it durable before it answers. Nothing is written to the target by then.
    /// </summary>
    /// <exception cref="RestoreException">The configuration is wrong, or asks for what a service does not do.</exception>
    /// <exception cref="SubmissionRefused">The check before the first write refuses it.</exception>
    Task<SubmitResult> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken);

    /// <summary>The jobs, the newest first.</summary>
    Task<JobList> ListAsync(JobQuery query, CancellationToken cancellationToken);

    /// <summary>One job.</summary>
    Task<JobInfo> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>The lanes of a job; of its last run where it does not run, none before the first.</summary>
    Task<LaneList> LanesAsync(string id, LaneQuery query, CancellationToken cancellationToken);

    /// <summary>What happens to a job from now on, and what is still known of what happened behind <paramref name="after"/>. Ends with the job, after the event that says so.</summary>
    /// <param name="id">The job.</param>
    /// <param name="after">Number of the last event that is known; null: only the state as it is, and what comes.</param>
    /// <param name="cancellationToken">Ends the listening.</param>
    IAsyncEnumerable<JobEvent> EventsAsync(string id, long? after, CancellationToken cancellationToken);

    /// <summary>Lets a job stand still. Idempotent; answers at once, while it settles.</summary>
    /// <exception cref="RestoreException">JOB_NOT_RUNNING: it has ended.</exception>
    Task<JobInfo> PauseAsync(string id, CancellationToken cancellationToken);

    /// <summary>Lets a job go on that is paused or has ended without being done. Idempotent.</summary>
    /// <exception cref="RestoreException">JOB_NOT_RUNNING: it is done.</exception>
    Task<JobInfo> ResumeAsync(string id, CancellationToken cancellationToken);

    /// <summary>Ends a job. Idempotent; answers at once, while it settles.</summary>
    /// <exception cref="RestoreException">JOB_NOT_RUNNING: it has ended otherwise.</exception>
    Task<JobInfo> CancelAsync(string id, CancellationToken cancellationToken);

    /// <summary>Changes the limits of a job that runs.</summary>
    /// <exception cref="RestoreException">JOB_NOT_RUNNING; CONFIG_INVALID: the limits cannot be.</exception>
    Task<LimitsChanged> ChangeLimitsAsync(string id, LimitsChange change, CancellationToken cancellationToken);

    /// <summary>The report of the job's last run, as JSON: of a restore in the form of <c>restore.report</c>, of an offset reset in that of its part about consumer groups.</summary>
    /// <exception cref="RestoreException">JOB_NOT_FOUND: no run has ended yet.</exception>
    Task<ReadOnlyMemory<byte>> ReportAsync(string id, CancellationToken cancellationToken);

    /// <summary>What consumer groups had committed before a job reset them, as the text of a snapshot (docs/group-snapshots.md); the report names the snapshots.</summary>
    /// <exception cref="RestoreException">JOB_NOT_FOUND; SNAPSHOT_NOT_FOUND.</exception>
    Task<ReadOnlyMemory<byte>> SnapshotAsync(string id, string snapshot, CancellationToken cancellationToken);

    /// <summary>The service and its nodes.</summary>
    Task<ClusterInfo> ClusterAsync(CancellationToken cancellationToken);

    /// <summary>Whether it can take and do work now: really asked, not remembered.</summary>
    Task<Readiness> ReadyAsync(CancellationToken cancellationToken);
}
