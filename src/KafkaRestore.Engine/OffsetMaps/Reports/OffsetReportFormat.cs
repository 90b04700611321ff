namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>The forms of an offset report.</summary>
public enum OffsetReportFormat
{
    /// <summary>
    /// JSON with one object for each record, as kafka-backup writes it. Names targets only. Records whose timestamp is not known have -1.
    /// </summary>
    JsonPairs,

    /// <summary>JSON with <c>format_version: 2</c> and one object for each run.</summary>
    JsonRuns,

    /// <summary>CSV (RFC 4180) with one line for each run; holds the mappings and nothing else.</summary>
    Csv,
}
