namespace KafkaRestore.Engine.OffsetMaps;

/// <summary>Consecutive source offsets that became consecutive target offsets: <c>Source + i</c> is <c>Target + i</c> for every <c>i</c> below <c>Length</c>.</summary>
/// <param name="Source">First source offset, 0 or more.</param>
/// <param name="Target">Its target offset, 0 or more.</param>
/// <param name="Length">Number of records, 1 or more.</param>
public readonly record struct OffsetRun(long Source, long Target, long Length)
{
    /// <summary>One behind the last source offset.</summary>
    public long SourceEnd => Source + Length;

    /// <summary>One behind the last target offset.</summary>
    public long TargetEnd => Target + Length;
}
