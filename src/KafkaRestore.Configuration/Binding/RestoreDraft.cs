using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration.Keys;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.Options;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Offsets.Restoring;
using KafkaRestore.Records;

namespace KafkaRestore.Configuration.Binding;

/// <summary>The options while keys are applied one by one, in the order of the file; what is required may still be missing.</summary>
internal sealed class RestoreDraft
{
    public string? BackupId { get; set; }

    public KafkaConnectionOptions Target { get; set; } = new() { BootstrapServers = [] };

    public SecurityOptions Security { get; set; } = new();

    public StorageBackend? Backend { get; set; }

    public string? FileSystemPath { get; set; }

    public S3StorageOptions S3 { get; set; } = new() { Bucket = "" };

    public Secret? AccessKeyId { get; set; }

    public Secret? SecretAccessKey { get; set; }

    public SelectionOptions Selection { get; set; } = new();

    public MappingOptions Mapping { get; set; } = new();

    public HeaderOptions Headers { get; set; } = new();

    public PreparationOptions Preparation { get; set; } = new();

    public DeliveryOptions Delivery { get; set; } = new();

    public ExecutionOptions Execution { get; set; } = new();

    public StateOptions State { get; set; } = new();

    public GroupRestoreOptions Groups { get; set; } = new();

    public bool TrustSegments { get; set; }

    public SkipOptions Skips { get; set; } = new();

    public bool DryRun { get; set; }

    public bool CircuitBreakerEnabled { get; set; } = true;

    public MetricsOptions Metrics { get; set; } = new();

    public string? ReportPath { get; set; }

    public string? OffsetReportPath { get; set; }

    public OffsetReportFormat? OffsetReportFormat { get; set; }
}
