namespace KafkaRestore.Engine.OffsetMaps.Format;

/// <summary>A mapped record.</summary>
/// <param name="Source">Its source offset.</param>
/// <param name="Target">Its target offset.</param>
/// <param name="Rank">Mapped records before it.</param>
internal readonly record struct FoundRecord(long Source, long Target, long Rank);

/// <summary>The side of a map that is searched.</summary>
internal enum OffsetAxis
{
    /// <summary>Source offsets.</summary>
    Source,

    /// <summary>Target offsets.</summary>
    Target,
}
