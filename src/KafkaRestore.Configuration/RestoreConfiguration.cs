using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.Options;
using KafkaRestore.Offsets.Restoring;

namespace KafkaRestore.Configuration;

/// <summary>A configuration file that was read and found good.</summary>
public sealed record RestoreConfiguration
{
    /// <summary>What the engine is told.</summary>
    public required RestoreOptions Options { get; init; }

    /// <summary>Where the JSON report of the run is written (<c>restore.report</c>); null: nowhere.</summary>
    public string? ReportPath { get; init; }

    /// <summary>Where the offset report is written (<c>restore.offset_report</c>); null: nowhere.</summary>
    public string? OffsetReportPath { get; init; }

    /// <summary>Its form (<c>restore.offset_report_format</c>); null: as its path says.</summary>
    public OffsetReportFormat? OffsetReportFormat { get; init; }

    /// <summary>What is done for consumer groups.</summary>
    public GroupRestoreOptions Groups { get; init; } = new();

    /// <summary>The <c>metrics</c> section; null when the file has none.</summary>
    public MetricsOptions? Metrics { get; init; }

    /// <summary>What is to be shown before the start, in the order of the file.</summary>
    public IReadOnlyList<ConfigurationNotice> Notices { get; init; } = [];
}
