using System.Collections.Concurrent;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight.Facts;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Probing;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight;

/// <summary>What is to be checked, and what has been read for it, each thing once.</summary>
internal sealed class PreflightContext
{
    private Task<TargetFacts>? _target;
    private Task<ArchiveSample>? _sample;
    private IReadOnlyDictionary<string, KnownTimes>? _times;

    /// <summary>The plan.</summary>
    public required RestorePlan Plan { get; init; }

    /// <summary>What was asked for.</summary>
    public required RestoreOptions Options { get; init; }

    /// <summary>Where the archive is.</summary>
    public required IArchiveStorage Storage { get; init; }

    /// <summary>The target.</summary>
    public required ITargetCluster Cluster { get; init; }

    /// <summary>Asks the target what <see cref="Cluster"/> does not tell; null where that cannot be asked.</summary>
    public required ITargetProbe? Probe { get; init; }

    /// <summary>Why the target could not be reached a moment ago; null: nobody has tried, or it was.</summary>
    public required RestoreException? Unreached { get; init; }

    /// <summary>The segments whose objects are looked for.</summary>
    public required NeededSegments Segments { get; init; }

    /// <summary>Targets of lanes that an earlier run of the job has begun.</summary>
    public required IReadOnlySet<TargetPartition> Begun { get; init; }

    /// <summary>How far the checks go.</summary>
    public required PreflightDepth Depth { get; init; }

    /// <summary>Now, epoch milliseconds.</summary>
    public required long Now { get; init; }

    /// <summary>Whether nothing of the job has been written yet; else what concerns the whole of it was said when it began.</summary>
    public bool IsFirstRun => Begun.Count == 0;

    /// <summary>Whether a sink will fence partitions, as far as what was asked for says.</summary>
    public bool MayFence => Options.Delivery is { Sink: not SinkKind.Client, Guarantee: not DeliveryGuarantee.Idempotent };

    /// <summary>The cluster, once it has answered.</summary>
    public ClusterDescription? Connected { get; set; }

    /// <summary>The plan's topics that exist, once they were asked for.</summary>
    public IReadOnlyDictionary<string, TopicDescription>? Existing { get; set; }

    /// <summary>Whether the storage said of every object if it is there; where it did not, none is read either.</summary>
    public bool StorageAnswers { get; set; } = true;

    /// <summary>Keys of objects that cannot be had, once they were looked for.</summary>
    public ConcurrentDictionary<string, byte> Lost { get; } = new(StringComparer.Ordinal);

    /// <summary>What is known of the records' times, by target topic.</summary>
    public IReadOnlyDictionary<string, KnownTimes> Times => _times ??= KnownTimes.Of(Plan);

    /// <summary>What the target says; whoever asks again gets the same answer, or the same failure.</summary>
    /// <exception cref="RestoreException">TARGET_UNREACHABLE, TARGET_DENIED.</exception>
    public Task<TargetFacts> TargetAsync(CancellationToken cancellationToken) => _target ??= Unreached is null ? TargetFacts.ReadAsync(this, cancellationToken) : Task.FromException<TargetFacts>(Unreached);

    /// <summary>What a look into some segments shows; null where nobody looks: the job goes on, or the storage does not answer.</summary>
    /// <exception cref="RestoreException">The storage's own failures.</exception>
    public async ValueTask<ArchiveSample?> SampleAsync(CancellationToken cancellationToken) =>
        IsFirstRun && StorageAnswers ? await (_sample ??= ArchiveSampler.LookAsync(this, cancellationToken)).ConfigureAwait(false) : null;

    /// <summary>The same, for checks that can do without; what keeps anyone from looking is another one's finding.</summary>
    public async ValueTask<ArchiveSample?> TrySampleAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await SampleAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RestoreException)
        {
            return null;
        }
    }
}
