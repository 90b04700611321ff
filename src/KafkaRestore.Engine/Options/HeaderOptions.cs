namespace KafkaRestore.Engine.Options;

/// <summary>What happens to tracking headers; a record's own headers are never touched.</summary>
public sealed record HeaderOptions
{
    /// <summary>Remove the tracking headers that the backup added (<c>strip_offset_headers</c>).</summary>
    public bool Strip { get; init; }

    /// <summary>Add <c>x-original-offset</c>, <c>x-original-timestamp</c>, <c>x-source-partition</c> at the end (<c>include_original_offset_header</c>).</summary>
    public bool Add { get; init; }

    /// <summary>How the added values are written.</summary>
    public HeaderEncoding Encoding { get; init; } = HeaderEncoding.Decimal;
}

/// <summary>How an added header writes its number.</summary>
public enum HeaderEncoding
{
    /// <summary>Decimal text, as consumers parse it.</summary>
    Decimal,

    /// <summary>Little-endian, 8 bytes (the partition 4), as kafka-backup writes it.</summary>
    Binary,
}
