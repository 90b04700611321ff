using System.Collections.Concurrent;
using KafkaRestore.Api;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Running;
using KafkaRestore.Metrics.Following;
using KafkaRestore.Metrics.Instruments;

namespace KafkaRestore.Metrics;

/// <summary>
/// The numbers of this process: of the restores that it follows, of the storages that it reads, of the service that it is. One for each process; shown by a <see cref="Hosting.MetricsPage"/>, sent by
/// <see cref="Otlp.OtlpExport"/>. Thread-safe.
/// </summary>
public sealed class RestoreMetrics : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly JobBook _jobs;
    private readonly ConcurrentDictionary<string, StorageCounters> _storages = new(StringComparer.Ordinal);
    private ServiceCounts? _service;

    /// <summary>Begins with nothing to show.</summary>
    /// <param name="time">The clock; null is the system's.</param>
    /// <param name="refresh">For how long values are good once they were read; null: half a second.</param>
    public RestoreMetrics(TimeProvider? time = null, TimeSpan? refresh = null)
    {
        _time = time ?? TimeProvider.System;
        _jobs = new JobBook(refresh ?? TimeSpan.FromMilliseconds(500), _time);
        Instruments = new RestoreInstruments(_jobs, () => _storages, () => Volatile.Read(ref _service));
    }

    /// <summary>The instruments.</summary>
    internal RestoreInstruments Instruments { get; }

    /// <summary>Follows a whole run until what is returned is disposed.</summary>
    /// <param name="labels">Whose numbers they are. Runs of the same restore and job, one after the other, add up.</param>
    /// <param name="progress">The run.</param>
    /// <param name="isCarriedOutHere">Whether its lanes are counted here; false where other processes carry them out and follow them there.</param>
    public FollowedRun Follow(RunLabels labels, RestoreProgress progress, bool isCarriedOutHere = true) =>
        _jobs.Begin(labels, progress, isCarriedOutHere ? progress.Lanes : [], (outcome, took) => Instruments.RunEnded(labels.BackupId, outcome, took));

    /// <summary>Follows lanes of a run that is led elsewhere.</summary>
    /// <param name="labels">Whose numbers they are.</param>
    /// <param name="lanes">The lanes that this process carries out.</param>
    public FollowedRun FollowLanes(RunLabels labels, IReadOnlyList<LaneStatus> lanes) => _jobs.Begin(labels, null, lanes);

    /// <summary>What a storage of this kind is to count with; the same for every one of the kind.</summary>
    public StorageCounters CountersOf(StorageOptions storage)
    {
        var backend = storage switch { FileSystemStorageOptions => "filesystem", S3StorageOptions => "s3", _ => "memory" };
        return _storages.GetOrAdd(backend, word => new StorageCounters(took => Instruments.RequestEnded(word, took)));
    }

    /// <summary>Shows the jobs and nodes of a service as well.</summary>
    /// <exception cref="InvalidOperationException">One is shown already.</exception>
    public void Follow(IRestoreService service)
    {
        if (_service is not null)
        {
            throw new InvalidOperationException("a service is followed already");
        }

        _service = new ServiceCounts(service, _time);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_service is { } service)
        {
            await service.DisposeAsync().ConfigureAwait(false);
        }

        Instruments.Dispose();
    }
}
