namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>What a report may hold at most; more is refused before memory is taken for it.</summary>
public sealed record OffsetReportLimits
{
    /// <summary>The limits unless told otherwise.</summary>
    public static OffsetReportLimits Default { get; } = new();

    /// <summary>Bytes of one name, text or CSV line.</summary>
    public int ValueBytes { get; init; } = 256 << 10;

    /// <summary>Maps and entries, each.</summary>
    public int Maps { get; init; } = 1_000_000;

    /// <summary>Offsets of all consumer groups together; groups count as one more each.</summary>
    public int GroupOffsets { get; init; } = 5_000_000;
}
