namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>How many records of a source were left out, by reason.</summary>
/// <param name="SkippedByWindow">Outside the time window.</param>
/// <param name="Control">With a transaction marker's form.</param>
/// <param name="Duplicates">Second copies, equal to the first, from overlapping segments.</param>
/// <param name="OtherGeneration">Because the other generation was chosen.</param>
/// <param name="Unwritable">Because the target or the sink cannot take them.</param>
/// <param name="Damaged">With damaged or missing segments; as many as the manifest says that these held.</param>
public readonly record struct SourceTally(long SkippedByWindow, long Control, long Duplicates, long OtherGeneration, long Unwritable = 0, long Damaged = 0)
{
    /// <summary>Nothing left out.</summary>
    public static SourceTally None => default;

    /// <summary>All of them.</summary>
    public long Total => SkippedByWindow + Control + Duplicates + OtherGeneration + Unwritable + Damaged;
}
