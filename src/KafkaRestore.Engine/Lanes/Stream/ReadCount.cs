namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>What was read of a source, to be added to its counters.</summary>
/// <param name="Segments">Segments done with: read to their end, or not needed.</param>
/// <param name="Unread">Of these: those that were not needed.</param>
/// <param name="StoredBytes">Stored bytes of those that were read.</param>
/// <param name="SkippedByWindow">Records outside the time window.</param>
/// <param name="Duplicates">Second copies, equal to the first.</param>
/// <param name="OtherGeneration">Copies of the generation that was not chosen.</param>
/// <param name="Notes">Accepted differences between segments and manifest; null is none.</param>
internal readonly record struct ReadCount(long Segments, long Unread, long StoredBytes, long SkippedByWindow, long Duplicates, long OtherGeneration, IReadOnlyList<string>? Notes)
{
    /// <summary>What came since <paramref name="before"/>.</summary>
    public ReadCount Since(in ReadCount before) => new(
        Segments - before.Segments,
        Unread - before.Unread,
        StoredBytes - before.StoredBytes,
        SkippedByWindow - before.SkippedByWindow,
        Duplicates - before.Duplicates,
        OtherGeneration - before.OtherGeneration,
        Notes is null || Notes.Count == (before.Notes?.Count ?? 0) ? null : [.. Notes.Skip(before.Notes?.Count ?? 0)]);
}
