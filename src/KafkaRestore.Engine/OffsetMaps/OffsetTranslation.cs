namespace KafkaRestore.Engine.OffsetMaps;

/// <summary>Where a source offset leads.</summary>
/// <param name="Kind">What was found.</param>
/// <param name="SourceOffset">Source offset of the record found; null when there is none.</param>
/// <param name="TargetOffset">
/// Target offset of the first surviving record at or after the source offset; one behind the last mapped target offset when there is none;
/// null when the map has no record at all.
/// </param>
public readonly record struct OffsetTranslation(TranslationKind Kind, long? SourceOffset, long? TargetOffset);

/// <summary>What a translation found.</summary>
public enum TranslationKind
{
    /// <summary>The source offset is that of a mapped record.</summary>
    Record,

    /// <summary>The source offset has no record; the next one that survived was taken.</summary>
    NextRecord,

    /// <summary>No mapped record lies at or after the source offset.</summary>
    End,

    /// <summary>The map has no record, so it cannot say where its target begins.</summary>
    EmptyMap,
}
