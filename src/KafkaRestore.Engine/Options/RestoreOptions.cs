using KafkaRestore.Archive.Storage;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Engine.Options;

/// <summary>Everything that one restore is told; the configuration file and the command line end here.</summary>
public sealed record RestoreOptions
{
    /// <summary>The archive's id.</summary>
    public required string BackupId { get; init; }

    /// <summary>Where the archive is.</summary>
    public required StorageOptions Storage { get; init; }

    /// <summary>Where it goes.</summary>
    public required KafkaConnectionOptions Target { get; init; }

    /// <summary>What of it.</summary>
    public SelectionOptions Selection { get; init; } = new();

    /// <summary>Under which names and partitions.</summary>
    public MappingOptions Mapping { get; init; } = new();

    /// <summary>What happens to tracking headers.</summary>
    public HeaderOptions Headers { get; init; } = new();

    /// <summary>What may be done to the target before the first record.</summary>
    public PreparationOptions Preparation { get; init; } = new();

    /// <summary>How records are produced.</summary>
    public DeliveryOptions Delivery { get; init; } = new();

    /// <summary>How fast and with how much memory.</summary>
    public ExecutionOptions Execution { get; init; } = new();

    /// <summary>Where the job's state is kept; null keeps none, and nothing can be resumed.</summary>
    public StateOptions? State { get; init; }

    /// <summary>Take a whole, self-consistent segment at its word where the manifest says something else of it (<c>on_manifest_mismatch: trust_segment</c>).</summary>
    public bool TrustSegments { get; init; }

    /// <summary>What is left out instead of stopping its lane.</summary>
    public SkipOptions Skips { get; init; } = new();

    /// <summary>Check everything, write nothing.</summary>
    public bool DryRun { get; init; }
}
