namespace KafkaRestore.Engine.Options;

/// <summary>What is left out instead of stopping its lane. What a job has left out once stays left out, whatever these say later.</summary>
public sealed record SkipOptions
{
    /// <summary>Segments that are damaged or missing (<c>on_damaged_segment: skip</c>).</summary>
    public bool DamagedSegments { get; init; }

    /// <summary>Records that the target or the sink cannot take, because of the record itself (<c>on_unwritable_record: skip</c>).</summary>
    public bool UnwritableRecords { get; init; }
}
