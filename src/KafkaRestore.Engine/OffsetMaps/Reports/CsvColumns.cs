namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>The columns of the CSV form. Files may have them in any order, and others beside them.</summary>
internal static class CsvColumns
{
    public const string SourceTopic = "source_topic";
    public const string SourcePartition = "source_partition";
    public const string TargetTopic = "target_topic";
    public const string TargetPartition = "target_partition";
    public const string SourceOffset = "source_offset";
    public const string TargetOffset = "target_offset";
    public const string Length = "length";
    public const string FirstTimestamp = "first_timestamp";
    public const string LastTimestamp = "last_timestamp";

    /// <summary>All of them, in the order in which they are written.</summary>
    public static readonly string[] All =
        [SourceTopic, SourcePartition, TargetTopic, TargetPartition, SourceOffset, TargetOffset, Length, FirstTimestamp, LastTimestamp];
}
