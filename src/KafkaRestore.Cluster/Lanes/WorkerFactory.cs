using KafkaRestore.Archive.Storage;
using KafkaRestore.Cluster.Messages;
using KafkaRestore.Cluster.Silos;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cluster.Lanes;

/// <summary>Opens what this silo needs to carry out lanes of a job.</summary>
internal sealed class WorkerFactory(ServedParts parts, SiloIdentity silo)
{
    /// <summary>Opens a worker.</summary>
    /// <exception cref="RestoreException">See <see cref="LaneWorker.OpenAsync"/>; JOB_NOT_FOUND.</exception>
    /// <exception cref="Api.SubmissionRefused">The configuration cannot be used on this silo.</exception>
    public async Task<JobWorker> OpenAsync(LaneCommand command, CancellationToken stop)
    {
        var record = parts.Folders.Read(command.JobId) ?? throw new RestoreException(ErrorCodes.JobNotFound, "the cluster has no job of this id", command.JobId);
        var options = parts.ConfigurationOf(command.JobId, parts.Folders.ReadDocument(command.JobId), again: false, record.Adopt, record.Purge).Options;
        options = options with { Execution = options.Execution with { MemoryBudgetBytes = Math.Min(options.Execution.MemoryBudgetBytes, silo.MemoryBytesOfJob) } };
        var closing = new List<IAsyncDisposable>();
        try
        {
            var storage = Keep(StorageFactory.Open(options.Storage));
            var cluster = Keep(new ChosenTargetCluster(options.Target, log: parts.Log.Client));
            var sinks = Keep(new ChosenSinkFactory(options.Target, options.Delivery, parts.Log.Client));
            var location = JobLocation.InDirectory(options.State!.Directory!, command.StateId, options.State.Files);
            return new JobWorker(Keep(await LaneWorker.OpenAsync(options, storage, cluster, sinks, location, parts.Time, stop).ConfigureAwait(false)), closing);
        }
        catch
        {
            await JobWorker.CloseAsync(closing).ConfigureAwait(false);
            throw;
        }

        T Keep<T>(T part)
            where T : IAsyncDisposable
        {
            closing.Add(part);
            return part;
        }
    }
}

/// <summary>A worker and what it works with.</summary>
internal sealed class JobWorker(LaneWorker lanes, List<IAsyncDisposable> closing) : IAsyncDisposable
{
    /// <summary>The worker.</summary>
    public LaneWorker Lanes => lanes;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(CloseAsync(closing));

    /// <summary>Closes what was opened, last first.</summary>
    public static async Task CloseAsync(List<IAsyncDisposable> closing)
    {
        closing.Reverse();
        foreach (var part in closing)
        {
            await part.DisposeAsync().ConfigureAwait(false);
        }
    }
}
