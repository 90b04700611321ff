using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Identity;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Restores;

/// <summary>Where the state of a job is.</summary>
internal static class JobPlace
{
    /// <summary>The place of the job that a restore with these options would go on with; reads the manifest and asks the target who it is where only they can tell.</summary>
    /// <exception cref="RestoreException">The archive cannot be read, or the target does not answer.</exception>
    public static async Task<JobLocation> FindAsync(RestoreOptions options, StateOptions state, ConsoleLog log, CancellationToken stop)
    {
        if (state.CheckpointFile is not null || state.RestoreId is not null)
        {
            return JobLocation.Of(state, state.RestoreId ?? "");
        }

        var storage = StorageFactory.Open(options.Storage);
        await using (storage.ConfigureAwait(false))
        {
            var plan = PlanBuilder.Build(await ManifestReader.ReadAsync(storage, options.BackupId, stop).ConfigureAwait(false), options);
            var cluster = new ChosenTargetCluster(options.Target, log: log.Client);
            await using (cluster.ConfigureAwait(false))
            {
                var target = await cluster.ConnectAsync(stop).ConfigureAwait(false);
                return JobLocation.Of(state, JobId.Of(null, JobIdentity.Of(options, plan, storage.Properties, target.ClusterId)));
            }
        }
    }
}
