namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>
/// Whether an archive can prove that it holds every record of a source partition between its first and last offset (archive format,
/// section 12.1): from covered ranges, known gaps and pruned ranges.
/// </summary>
/// <remarks>It judges what the manifest says, not the objects.</remarks>
public sealed class PartitionCompleteness
{
    private PartitionCompleteness(CompletenessState state, long? first, long? last, IReadOnlyList<ArchiveHole> holes)
    {
        State = state;
        FirstOffset = first;
        LastOffset = last;
        Holes = holes;
    }

    /// <summary>The judgement.</summary>
    public CompletenessState State { get; }

    /// <summary>First source offset accounted for; null when nothing is.</summary>
    public long? FirstOffset { get; }

    /// <summary>Last source offset accounted for, inclusive; null when nothing is.</summary>
    public long? LastOffset { get; }

    /// <summary>Every hole, explained or not, in order.</summary>
    public IReadOnlyList<ArchiveHole> Holes { get; }

    /// <summary>Judges a partition.</summary>
    public static PartitionCompleteness Of(ManifestPartition partition)
    {
        var provable = true;
        var holes = new List<ArchiveHole>();
        long? first = null;
        var reached = -1L;
        foreach (var segment in partition.Segments)
        {
            provable &= segment is { CoveredStart: not null, CoveredEnd: not null };
            var start = segment.CoveredStart ?? segment.StartOffset;
            var end = segment.CoveredEnd ?? segment.EndOffset;
            if (first is null)
            {
                first = start;
            }
            else if (start > reached + 1)
            {
                AddHoles(holes, partition, reached + 1, start - 1, provable);
            }

            reached = Math.Max(reached, end);
        }

        if (partition.CoveredThrough is { } through && through > reached)
        {
            first ??= through;
            reached = through;
        }

        if (partition.SnapshotEndOffset is { } snapshotEnd && first is not null && reached + 1 < snapshotEnd)
        {
            AddHoles(holes, partition, reached + 1, snapshotEnd - 1, provable);
        }

        var state = holes.Exists(hole => hole.Cause == HoleCause.Unexplained) ? CompletenessState.Incomplete
            : provable ? CompletenessState.Proven
            : CompletenessState.NotProvable;
        return new PartitionCompleteness(state, first, first is null ? null : reached, holes);
    }

    /// <summary>Splits a hole into what gaps and pruned ranges explain and what remains.</summary>
    private static void AddHoles(List<ArchiveHole> holes, ManifestPartition partition, long from, long to, bool provable)
    {
        var explained = partition.Gaps.Select(gap => (gap.Start, End: gap.End - 1, Cause: HoleCause.KnownGap, gap.Reason))
            .Concat(partition.Pruned.Select(range => (range.Start, range.End, Cause: HoleCause.Pruned, range.Reason)))
            .Where(range => range.Start <= to && range.End >= Math.Max(range.Start, from))
            .OrderBy(range => range.Start);
        var position = from;
        foreach (var range in explained)
        {
            if (range.Start > position)
            {
                holes.Add(Unknown(position, range.Start - 1, provable));
                position = range.Start;
            }

            if (range.End >= position)
            {
                holes.Add(new ArchiveHole(Math.Max(range.Start, position), Math.Min(range.End, to), range.Cause, range.Reason));
                position = range.End + 1;
            }
        }

        if (position <= to)
        {
            holes.Add(Unknown(position, to, provable));
        }
    }

    // Without covered ranges a jump may be compaction or a transaction marker; with them nothing excuses it.
    private static ArchiveHole Unknown(long from, long to, bool provable) =>
        provable ? new ArchiveHole(from, to, HoleCause.Unexplained, "no segment accounts for these offsets")
            : new ArchiveHole(from, to, HoleCause.Unknown, "compaction, transaction markers or loss: this archive cannot tell");
}

/// <summary>What can be said of a partition's archive.</summary>
public enum CompletenessState
{
    /// <summary>Every offset is accounted for: by a record, by compaction or a marker, or by a hole with a stated cause.</summary>
    Proven,

    /// <summary>The archive is from before 0.25 and does not say enough.</summary>
    NotProvable,

    /// <summary>Offsets are missing that nothing explains.</summary>
    Incomplete,
}

/// <summary>Why source offsets are not in the archive.</summary>
public enum HoleCause
{
    /// <summary>The writer knew that the source no longer had them.</summary>
    KnownGap,

    /// <summary>They were removed from the archive on purpose.</summary>
    Pruned,

    /// <summary>The archive cannot tell whether records ever stood there.</summary>
    Unknown,

    /// <summary>Records are missing and nothing explains it.</summary>
    Unexplained,
}

/// <summary>Source offsets that are not in the archive.</summary>
/// <param name="Start">First offset.</param>
/// <param name="End">Last offset, inclusive.</param>
/// <param name="Cause">Why.</param>
/// <param name="Reason">The writer's word, or ours.</param>
public sealed record ArchiveHole(long Start, long End, HoleCause Cause, string Reason);
