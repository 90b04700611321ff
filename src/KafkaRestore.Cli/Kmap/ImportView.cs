using KafkaRestore.Offsets.Exports;
using KafkaRestore.Offsets.Snapshots;

namespace KafkaRestore.Cli.Kmap;

/// <summary>The result of <c>offsets import</c>.</summary>
/// <param name="Status"><c>planned</c>, <c>refused</c>, or how the import went.</param>
/// <param name="Source">Where the offsets are from.</param>
/// <param name="Groups">Number of groups in the plan.</param>
/// <param name="GroupsImported">Groups whose offsets are set; null before the import.</param>
/// <param name="GroupsFailed">The others.</param>
/// <param name="OffsetsCommitted">Offsets that were committed.</param>
/// <param name="SnapshotId">The snapshot of what was committed before.</param>
/// <param name="DurationMs">Milliseconds for the commits alone.</param>
/// <param name="Errors">What was not done, with the reason.</param>
/// <param name="Problems">What forbids the import.</param>
/// <param name="Offsets">The plan.</param>
/// <param name="Verification">What was read back.</param>
internal sealed record ImportView(
    ImportStatus Status,
    string Source,
    int Groups,
    int? GroupsImported,
    int? GroupsFailed,
    int? OffsetsCommitted,
    string? SnapshotId,
    long? DurationMs,
    IReadOnlyList<string> Errors,
    IReadOnlyList<string> Problems,
    IReadOnlyList<ImportRow> Offsets,
    OffsetVerification? Verification)
{
    public static ImportView Of(ImportPlan plan, ImportReport? report) => new(
        report is { } done ? done.Status switch
        {
            ChangeStatus.Success => ImportStatus.Success,
            ChangeStatus.PartialSuccess => ImportStatus.PartialSuccess,
            _ => ImportStatus.Failed,
        }
        : plan.Problems.Any() ? ImportStatus.Refused : ImportStatus.Planned,
        plan.Source,
        plan.Rows.Select(static row => row.GroupId).Distinct(StringComparer.Ordinal).Count(),
        report?.GroupsImported,
        report?.GroupsFailed,
        report?.OffsetsCommitted,
        report?.SnapshotId,
        report?.DurationMs,
        report?.Errors ?? [],
        [.. plan.Problems.Select(static row => row.ToString())],
        plan.Rows,
        report?.Verification);
}

/// <summary>How an import went.</summary>
internal enum ImportStatus
{
    /// <summary>It would be done.</summary>
    Planned,

    /// <summary>It was refused before anything was changed.</summary>
    Refused,

    /// <summary>Everything was done.</summary>
    Success,

    /// <summary>Some of it.</summary>
    PartialSuccess,

    /// <summary>Nothing.</summary>
    Failed,
}
