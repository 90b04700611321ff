namespace KafkaRestore.Engine.OffsetMaps;

/// <summary>How far a group has read one of the sources of a merged target partition.</summary>
public readonly record struct SourceProgress
{
    private SourceProgress(bool reads, long? committed)
    {
        Reads = reads;
        Committed = committed;
    }

    /// <summary>The group does not read this source.</summary>
    public static SourceProgress NotRead => default;

    /// <summary>The group reads this source and has committed nothing: everything is unread.</summary>
    public static SourceProgress FromStart => new(true, null);

    /// <summary>The group has read every record before <paramref name="offset"/>.</summary>
    public static SourceProgress At(long offset) => new(true, offset);

    /// <summary>Whether the group reads this source at all.</summary>
    public bool Reads { get; }

    /// <summary>The committed source offset; null when there is none.</summary>
    public long? Committed { get; }
}

/// <summary>Where a group goes on in a target partition that several sources feed.</summary>
/// <param name="Kind">What lies there.</param>
/// <param name="TargetOffset">The offset; null for <see cref="MergedPositionKind.EmptyMaps"/> and <see cref="MergedPositionKind.NoSource"/>.</param>
/// <param name="ReadAgain">Records at or behind it that the group has read already, at most; see <see cref="FindAsync"/>.</param>
public readonly record struct MergedPosition(MergedPositionKind Kind, long? TargetOffset, long ReadAgain)
{
    /// <summary>
    /// The smallest target offset of any source's first unread record. Nothing unread of the sources that the group reads lies before it;
    /// what it has read may lie behind it and is then read again.
    /// </summary>
    /// <param name="sources">Every source of one target partition, with its map and the group's progress. No two maps share a target offset.</param>
    /// <param name="cancellationToken">Ends the reading of chunks.</param>
    /// <returns>
    /// With T the offset: <see cref="ReadAgain"/> is the number of mapped records of the sources that the group reads whose source offset is
    /// lower than that source's committed offset and whose target offset is T or higher. Exactly so many are read again as long as the target
    /// has lost none of them; retention or compaction there can only lower it. Records of sources that the group does not read are not counted:
    /// it will meet them, but not again. When every source that it reads is read to its end, T is one behind the last mapped record of all
    /// sources, read or not, and <see cref="ReadAgain"/> is 0.
    /// </returns>
    /// <exception cref="Records.Errors.RestoreException">A chunk cannot be read, see <see cref="OffsetMap"/>.</exception>
    public static async ValueTask<MergedPosition> FindAsync(IReadOnlyList<(OffsetMap Map, SourceProgress Progress)> sources, CancellationToken cancellationToken)
    {
        long? firstUnread = null;
        long end = 0;
        var reads = false;
        foreach (var (map, progress) in sources)
        {
            reads |= progress.Reads;
            end = Math.Max(end, map.TargetEnd ?? 0);
            if (progress.Reads && !map.IsEmpty)
            {
                var unread = await map.TranslateAsync(progress.Committed ?? 0, cancellationToken).ConfigureAwait(false);
                if (unread.Kind is not TranslationKind.End)
                {
                    firstUnread = Math.Min(firstUnread ?? long.MaxValue, unread.TargetOffset!.Value);
                }
            }
        }

        if (!reads)
        {
            return new MergedPosition(MergedPositionKind.NoSource, null, 0);
        }

        if (sources.All(source => source.Map.IsEmpty))
        {
            return new MergedPosition(MergedPositionKind.EmptyMaps, null, 0);
        }

        return firstUnread is { } offset
            ? new MergedPosition(MergedPositionKind.Record, offset, await CountReadAsync(sources, offset, cancellationToken).ConfigureAwait(false))
            : new MergedPosition(MergedPositionKind.End, end, 0);
    }

    private static async ValueTask<long> CountReadAsync(IReadOnlyList<(OffsetMap Map, SourceProgress Progress)> sources, long targetOffset, CancellationToken cancellationToken)
    {
        long count = 0;
        foreach (var (map, progress) in sources)
        {
            if (progress.Committed is { } committed)
            {
                // Both axes ascend together, so what is read and not before the offset is a difference of ranks.
                var read = await map.CountBeforeSourceAsync(committed, cancellationToken).ConfigureAwait(false);
                var before = await map.CountBeforeTargetAsync(targetOffset, cancellationToken).ConfigureAwait(false);
                count += Math.Max(read - before, 0);
            }
        }

        return count;
    }
}

/// <summary>What lies at a merged position.</summary>
public enum MergedPositionKind
{
    /// <summary>The first unread record of one of the sources.</summary>
    Record,

    /// <summary>The end: everything that the group reads is read.</summary>
    End,

    /// <summary>No source has a mapped record, so nobody can say where the target begins.</summary>
    EmptyMaps,

    /// <summary>The group reads none of the sources.</summary>
    NoSource,
}
