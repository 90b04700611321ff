using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.OffsetMaps.Rebuilding;

/// <summary>How the reading of one target partition stands; may be read at any time from any thread.</summary>
public sealed class LaneRebuild(LanePlan lane)
{
    private long _read;
    private long _bytes;

    /// <summary>The lane whose target is read.</summary>
    public LanePlan Lane { get; } = lane;

    /// <summary>How far it is.</summary>
    public LaneRebuildState State { get; private set; }

    /// <summary>Records read.</summary>
    public long Read => Interlocked.Read(ref _read);

    /// <summary>Their bytes, as they are in memory.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>What was found; null before the end, and where the partition could not be read to its end.</summary>
    public LaneFindings? Findings { get; private set; }

    /// <summary>Why it could not be read to its end; null otherwise.</summary>
    public RestoreException? Failure { get; private set; }

    internal void Begin() => State = LaneRebuildState.Running;

    internal void Add(long records, long bytes)
    {
        Interlocked.Add(ref _read, records);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal void End(LaneFindings findings)
    {
        Findings = findings;
        State = LaneRebuildState.Done;
    }

    internal void Fail(RestoreException failure)
    {
        Failure = failure;
        State = LaneRebuildState.Failed;
    }
}

/// <summary>How far the reading of a target partition is.</summary>
public enum LaneRebuildState
{
    /// <summary>Not begun.</summary>
    Waiting,

    /// <summary>Under way.</summary>
    Running,

    /// <summary>Read to its end.</summary>
    Done,

    /// <summary>It could not be read to its end; nothing of it is in the maps.</summary>
    Failed,
}

/// <summary>What a target partition holds.</summary>
public sealed record LaneFindings
{
    /// <summary>Records read.</summary>
    public required long Records { get; init; }

    /// <summary>Records that are in a map.</summary>
    public required long Mapped { get; init; }

    /// <summary>Records without a source offset in their headers, before the last mapped one.</summary>
    public required Stray WithoutHeaders { get; init; }

    /// <summary>Records whose headers do not tell which source of the plan they came from, before the last mapped one.</summary>
    public required Stray WithoutSource { get; init; }

    /// <summary>Records whose source offset a record before them has already, or that lies before one: the first copy counts.</summary>
    public required Stray Repeated { get; init; }

    /// <summary>Records behind the last mapped one: written since, by someone else.</summary>
    public required Stray Newer { get; init; }

    /// <summary>Whether every record up to the last mapped one is in a map.</summary>
    public bool IsComplete => Mapped > 0 && WithoutHeaders.Count == 0 && WithoutSource.Count == 0;
}

/// <summary>Records that are in no map.</summary>
/// <param name="Count">How many.</param>
/// <param name="FirstOffset">Target offset of the first; null when there is none.</param>
public readonly record struct Stray(long Count, long? FirstOffset)
{
    internal Stray And(long offset) => new(Count + 1, FirstOffset ?? offset);

    internal Stray And(Stray later) => new(Count + later.Count, FirstOffset ?? later.FirstOffset);
}
