using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration;
using KafkaRestore.Engine.Running;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Probing;
using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Jobs.Restores;

/// <summary>What one restore works with, opened together and closed together.</summary>
internal sealed class RestoreParts
{
    // After a stop a person waits: what does not close by then ends with the process.
    private static readonly TimeSpan PatienceAfterStop = TimeSpan.FromMilliseconds(300);

    private readonly List<IAsyncDisposable> _closing = [];
    private IArchiveStorage? _storage;
    private RestoreJob? _job;

    /// <summary>Where the archive is.</summary>
    public IArchiveStorage Storage => _storage!;

    /// <summary>The restore.</summary>
    public RestoreJob Job => _job!;

    /// <summary>Its consumer groups; null where nothing is asked for them.</summary>
    public RestoreGroups? Groups { get; private set; }

    /// <summary>Opens them; what is open when one fails is closed by <see cref="CloseAsync"/>.</summary>
    /// <exception cref="Records.Errors.RestoreException">The configuration asks for something that cannot be opened.</exception>
    public void Open(RestoreConfiguration configuration, JobContext context, Workers? workers)
    {
        var options = configuration.Options;
        _storage = Keep(StorageFactory.Open(options.Storage, counters: context.Metrics?.CountersOf(options.Storage)));
        var cluster = Keep(new ChosenTargetCluster(options.Target, log: context.Log.Client));
        var sinks = Keep(new ChosenSinkFactory(options.Target, options.Delivery, context.Log.Client));
        var probe = Keep(TargetProbes.TryOpen(options.Target, context.Log.Client));
        Groups = Keep(RestoreGroups.Of(configuration, _storage, context, workers));
        _job = new RestoreJob(options, _storage, cluster, sinks, context.Time, probe: probe, settings: SettingsDoor.Of(options, context), lanes: workers?.Lanes);
    }

    /// <summary>Closes what was opened, last first.</summary>
    /// <param name="stop">Where it is cancelled, nobody waits long.</param>
    public async Task CloseAsync(CancellationToken stop)
    {
        _job?.Dispose();
        _closing.Reverse();
        foreach (var part in _closing)
        {
            var closed = part.DisposeAsync().AsTask();
            if (!stop.IsCancellationRequested)
            {
                await closed.ConfigureAwait(false);
            }
            else
            {
                await Task.WhenAny(closed, Task.Delay(PatienceAfterStop, CancellationToken.None)).ConfigureAwait(false);
            }
        }
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable?
    {
        if (part is not null)
        {
            _closing.Add(part);
        }

        return part;
    }
}
