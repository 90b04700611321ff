using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight.Facts;

/// <summary>What a look into some segments of an archive shows.</summary>
/// <param name="Sources">What was seen, by source partition.</param>
/// <param name="SegmentsSeen">Segments that were looked into.</param>
/// <param name="Segments">Segments of the plan.</param>
/// <param name="Damaged">Those that could not be read.</param>
internal sealed record ArchiveSample(IReadOnlyList<SampledSource> Sources, long SegmentsSeen, long Segments, IReadOnlyList<DamagedSegment> Damaged);

/// <summary>A segment that could not be read.</summary>
/// <param name="Failure">What is wrong with it.</param>
/// <param name="IsLeftOut">Whether the restore leaves it out; else its lane would stop there.</param>
internal sealed record DamagedSegment(RestoreException Failure, bool IsLeftOut);

/// <summary>What was seen of a source partition.</summary>
internal sealed class SampledSource
{
    /// <summary>The source partition, as <c>topic/partition</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The topic that it goes to.</summary>
    public required string TargetTopic { get; init; }

    /// <summary>Records looked at, those of the time window only.</summary>
    public long Records { get; set; }

    /// <summary>Those that have a transaction marker's exact form.</summary>
    public long Markers { get; set; }

    /// <summary>Those with the tracking header of the offset more than once.</summary>
    public long Chained { get; set; }

    /// <summary>Those with an empty header value, in a segment of a writer that may have stored null as empty.</summary>
    public long EmptyHeaders { get; set; }

    /// <summary>Those without a key, markers left out.</summary>
    public long WithoutKey { get; set; }

    /// <summary>Bytes of key, value and headers of the largest one.</summary>
    public long LargestBytes { get; set; }

    /// <summary>Its source offset.</summary>
    public long LargestAt { get; set; }
}
