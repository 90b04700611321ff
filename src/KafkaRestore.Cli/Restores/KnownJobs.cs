using KafkaRestore.Engine.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Restores;

/// <summary>The jobs whose state is in a directory.</summary>
internal static class KnownJobs
{
    private const string ClusterKey = "target.cluster_id";

    /// <summary>The job that last restored an archive into a cluster; null when there is none. State that cannot be read is passed over.</summary>
    /// <param name="directory">Where jobs are, see <see cref="StateDirectory"/>.</param>
    /// <param name="backupId">The archive.</param>
    /// <param name="clusterId">The cluster; null: any.</param>
    /// <param name="time">The clock.</param>
    public static JobLocation? FindLatest(string directory, string backupId, string? clusterId, TimeProvider time)
    {
        if (!Directory.Exists(directory))
        {
            return null;
        }

        var store = new JobStore(time);
        var found = from folder in Directory.EnumerateDirectories(directory)
                    let location = JobLocation.InDirectory(directory, Path.GetFileName(folder))
                    let summary = Read(store, location)
                    where summary is not null && summary.BackupId == backupId && (clusterId is null || summary.Identity.GetValueOrDefault(ClusterKey) == clusterId)
                    orderby summary.LastCheckpointTime descending
                    select location;
        return found.FirstOrDefault();
    }

    private static JobSummary? Read(JobStore store, JobLocation location)
    {
        try
        {
            return store.ReadSummary(location);
        }
        catch (RestoreException)
        {
            return null;
        }
    }
}
