namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>The words for the forms of an offset report, and which form a file gets unless told otherwise.</summary>
public static class OffsetReportFormats
{
    /// <summary>The words, in the order of <see cref="OffsetReportFormat"/>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["v1", "v2", "csv"];

    /// <summary>The word for a form.</summary>
    public static string WordOf(OffsetReportFormat format) => Words[(int)format];

    /// <summary>CSV for a file whose name ends in <c>.csv</c>, else the form that kafka-backup's tools read.</summary>
    /// <param name="path">The file; null for none.</param>
    public static OffsetReportFormat Of(string? path) =>
        path is not null && path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? OffsetReportFormat.Csv : OffsetReportFormat.JsonPairs;
}
