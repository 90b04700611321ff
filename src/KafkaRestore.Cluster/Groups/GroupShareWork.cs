using KafkaRestore.Api;
using KafkaRestore.Configuration;
using KafkaRestore.Jobs.Groups;
using KafkaRestore.Offsets.Restoring;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cluster.Groups;

/// <summary>Commits offsets of consumer groups of a job from this silo.</summary>
internal sealed class GroupShareWork(ServedParts parts)
{
    /// <summary>Commits a share.</summary>
    /// <param name="job">The job's id.</param>
    /// <param name="share">The groups.</param>
    /// <param name="say">Hears whom it waits for.</param>
    /// <param name="stop">Begins no further group.</param>
    /// <exception cref="RestoreException">The target does not answer, or what was committed before cannot be saved: nothing was committed. JOB_NOT_FOUND.</exception>
    public async Task<GroupShareResult> CommitAsync(string job, GroupShare share, Action<string> say, CancellationToken stop)
    {
        var configuration = ConfigurationOf(job);
        var target = GroupDoor.Open(configuration.Options.Target, parts.ContextOf(line => parts.Log.OfJob(job, line)));
        await using (target.ConfigureAwait(false))
        {
            var snapshots = GroupsPlace.OpenSnapshots(parts.Folders.Files, share.SnapshotFolder);
            var commits = new GroupCommits(target, configuration.Options.Target.BootstrapServers, configuration.Groups, snapshots, parts.Time) { Say = say };
            var failures = await commits.CommitAsync([.. share.Groups.Select(static group => group.ToOffsets())], stop).ConfigureAwait(false);
            return new GroupShareResult(failures, commits.Snapshots);
        }
    }

    private RestoreConfiguration ConfigurationOf(string job)
    {
        var record = parts.Folders.Read(job) ?? throw new RestoreException(ErrorCodes.JobNotFound, "the cluster has no job of this id", job);
        try
        {
            return parts.ConfigurationOf(job, parts.Folders.ReadDocument(job), again: false, record.Adopt, record.Purge);
        }
        catch (SubmissionRefused refused)
        {
            throw refused.Reason;
        }
    }
}
