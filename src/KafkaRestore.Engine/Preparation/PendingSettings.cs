using KafkaRestore.Engine.Preparation.Journal;
using KafkaRestore.Engine.State;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Settings;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preparation;

/// <summary>The settings that a job has set aside, without the job itself: for whoever puts them back by hand. The job is locked until this is disposed.</summary>
public sealed class PendingSettings : IDisposable
{
    private readonly JobLock _held;
    private readonly SettingsJournal _journal;

    private PendingSettings(JobLock held, SettingsJournal journal, JobSummary summary)
    {
        _held = held;
        _journal = journal;
        Summary = summary;
    }

    /// <summary>The job.</summary>
    public JobSummary Summary { get; }

    /// <summary>Topics whose settings are set aside.</summary>
    public IReadOnlyList<JournaledTopic> Topics => [.. _journal.Content.Pending];

    /// <summary>What a job has set aside, whoever works on it.</summary>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public static IReadOnlyList<JournaledTopic> Read(JobLocation location) => [.. SettingsJournal.Read(location).Pending];

    /// <summary>Opens and locks.</summary>
    /// <param name="location">Where the job's state is.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="RestoreException">JOB_NOT_FOUND; JOB_LOCKED: a run works on it; STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public static PendingSettings Open(JobLocation location, TimeProvider time)
    {
        var summary = new JobStore(location.Files, time).ReadSummary(location) ?? throw new RestoreException(
            ErrorCodes.JobNotFound,
            "no restore has begun whose state would be there, so none has set anything aside",
            location.SummaryFile,
            "Give the configuration and the --state-dir that the restore was started with.");
        var held = JobLock.Take(location.Files, location, new LockHolder
        {
            Host = Environment.MachineName,
            ProcessId = Environment.ProcessId,
            User = Environment.UserName,
            Since = time.GetUtcNow().ToUnixTimeMilliseconds(),
            JobId = summary.JobId,
        });
        try
        {
            return new PendingSettings(held, new SettingsJournal(location.Files, location), summary);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Puts them back, whether the job is done or not; a run that goes on with it sets them aside again.</summary>
    /// <param name="cluster">The target.</param>
    /// <param name="open">Opens the door to its settings.</param>
    /// <param name="cancellationToken">Ends the attempt; what is not confirmed stays pending.</param>
    /// <exception cref="RestoreException">TARGET_UNREACHABLE, TARGET_DENIED, TARGET_SETTINGS; STATE_UNWRITABLE.</exception>
    public Task<PutBackOutcome> ApplyAsync(ITargetCluster cluster, Func<CancellationToken, Task<TopicSettingsDoor>> open, CancellationToken cancellationToken) =>
        new SettingsReturn(cluster, open, _journal).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();
}
