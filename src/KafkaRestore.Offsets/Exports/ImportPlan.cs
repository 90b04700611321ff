namespace KafkaRestore.Offsets.Exports;

/// <summary>What an import sets.</summary>
/// <param name="Source">Where the offsets are from.</param>
/// <param name="Rows">One for each partition of each group.</param>
public sealed record ImportPlan(string Source, IReadOnlyList<ImportRow> Rows)
{
    /// <summary>The rows that forbid the import.</summary>
    public IEnumerable<ImportRow> Problems => Rows.Where(static row => row.Note is ImportNote.Missing or ImportNote.OutOfRange);

    /// <summary>The rows that are committed.</summary>
    public IEnumerable<ImportRow> Commits => Rows.Where(static row => row.Note is not (ImportNote.Missing or ImportNote.OutOfRange or ImportNote.Skipped));
}

/// <summary>What an import sets in a partition.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="SourceTopic">The topic's name in the source.</param>
/// <param name="SourceOffset">The source's offset.</param>
/// <param name="Offset">The offset that is committed; null: none is.</param>
/// <param name="CurrentOffset">What is committed now; null: nothing.</param>
/// <param name="LogStart">Where the log begins; null: the partition does not exist.</param>
/// <param name="LogEnd">Where it ends.</param>
/// <param name="Note">How the offset came about.</param>
/// <param name="Metadata">The words that are committed with it.</param>
public sealed record ImportRow(
    string GroupId, string Topic, int Partition, string SourceTopic, long SourceOffset, long? Offset, long? CurrentOffset, long? LogStart, long? LogEnd, ImportNote Note, string? Metadata)
{
    /// <summary>For a message.</summary>
    public override string ToString() => Note switch
    {
        ImportNote.OutOfRange => $"{GroupId}, {Topic}/{Partition}: {SourceOffset} is outside of the log ({LogStart} to {LogEnd})",
        ImportNote.Missing or ImportNote.Skipped => $"{GroupId}, {Topic}/{Partition}: the partition does not exist",
        ImportNote.Clamped => $"{GroupId}, {Topic}/{Partition}: {SourceOffset} is outside of the log ({LogStart} to {LogEnd}), clamped to {Offset}",
        _ => $"{GroupId}, {Topic}/{Partition}: {Offset}",
    };
}

/// <summary>How the offset of a row came about.</summary>
public enum ImportNote
{
    /// <summary>It is the source's.</summary>
    AsGiven,

    /// <summary>The source's lies outside of the log; it is the nearest one inside.</summary>
    Clamped,

    /// <summary>It is that of the first record at or after the time.</summary>
    ByTime,

    /// <summary>No record is at or after the time; it is the end.</summary>
    End,

    /// <summary>The partition does not exist and is left out, as was asked.</summary>
    Skipped,

    /// <summary>The partition does not exist: a problem.</summary>
    Missing,

    /// <summary>The offset lies outside of the log: a problem.</summary>
    OutOfRange,
}
