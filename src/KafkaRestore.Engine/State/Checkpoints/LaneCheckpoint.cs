using System.Text.Json.Serialization;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Stream;

namespace KafkaRestore.Engine.State.Checkpoints;

/// <summary>
/// A lane's durable progress: where to start comparing the target's log with the stream. Never says more than the target has acknowledged; the
/// target's log decides. Its size depends on the lane's number of sources, not on segments or records.
/// </summary>
public sealed record LaneCheckpoint
{
    /// <summary>Target topic.</summary>
    public required string Topic { get; init; }

    /// <summary>Target partition.</summary>
    public required int Partition { get; init; }

    /// <summary>The target topic's id when the lane began; null where the target does not tell.</summary>
    public Guid? TopicId { get; init; }

    /// <summary>Running, done, failed or stopped.</summary>
    [JsonConverter(typeof(LaneStateConverter))]
    public required LaneState State { get; init; }

    /// <summary>Whether the lane ended with nothing in flight: every request answered, and none ambiguous. A failed batch is not a clean stop.</summary>
    public bool CleanStop { get; init; }

    /// <summary>Target offset where the lane began.</summary>
    public required long Baseline { get; init; }

    /// <summary>Target offset that the next record gets; from <see cref="Baseline"/> up.</summary>
    public required long ExpectedEnd { get; init; }

    /// <summary>How far the stream was accounted for.</summary>
    public required StreamPosition Position { get; init; }

    /// <summary>The last records before <see cref="ExpectedEnd"/>; <see cref="TailDigest.None"/> when there is none.</summary>
    public required TailDigest Tail { get; init; }

    /// <summary>What was done with each source, in the order of their numbers.</summary>
    public required IReadOnlyList<SourceCheckpoint> Sources { get; init; }

    /// <summary>How many segments and records the lane has left out for good, at least so many stand in its file of skips.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Skips { get; init; }

    /// <summary>When it was written, epoch milliseconds by this machine's clock: for people only, nothing is decided by it. Set by the store.</summary>
    public long WrittenAt { get; init; }

    /// <summary>Records acknowledged of all sources.</summary>
    [JsonIgnore]
    public long Records => Sources.Sum(source => source.Records);

    /// <summary>Uncompressed bytes acknowledged of all sources.</summary>
    [JsonIgnore]
    public long Bytes => Sources.Sum(source => source.Bytes);

    /// <summary>Records left out of all sources because they cannot be read or written.</summary>
    [JsonIgnore]
    public long RecordsSkipped => Sources.Sum(source => source.SkippedUnwritable + source.Damaged);

    /// <summary>What cannot be true of a checkpoint; null when nothing is wrong.</summary>
    internal string? FindProblem() =>
        Topic.Length == 0 ? "it has no topic"
        : Partition < 0 ? "its partition is negative"
        : State == LaneState.Waiting ? "its lane has not begun"
        : Skips < 0 ? "its number of skips is negative"
        : Baseline < 0 || ExpectedEnd < Baseline ? $"its expected end {ExpectedEnd} is before its baseline {Baseline}"
        : Position.Generation < 1 || Position.Source < 0 || Position.Source > Sources.Count || Position.NextOffset < 0 || Position.ReadFrom < 0
            ? "its position is not one of a stream"
        : Tail.RecordCount is < 0 or > TailDigest.MostRecords || Tail.Bytes.Length > TailDigest.MostBytes ? "its digest is too large"
        : Sources.Select(source => source is null ? "a source is missing" : source.FindProblem()).FirstOrDefault(problem => problem is not null);
}
