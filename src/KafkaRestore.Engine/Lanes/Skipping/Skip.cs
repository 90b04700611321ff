using System.Text.Json.Serialization;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Lanes.Skipping;

/// <summary>Something selected that a lane leaves out for good, because it cannot be read or written: a whole segment, or one record.</summary>
public sealed record Skip
{
    /// <summary>Most characters of <see cref="Reason"/>.</summary>
    public const int MostReasonCharacters = 500;

    /// <summary>Source topic.</summary>
    public required string Topic { get; init; }

    /// <summary>Source partition.</summary>
    public required int Partition { get; init; }

    /// <summary>First source offset.</summary>
    public required long FirstOffset { get; init; }

    /// <summary>Last source offset, inclusive.</summary>
    public required long LastOffset { get; init; }

    /// <summary>How many records; of a segment, as many as the manifest says.</summary>
    public required long Records { get; init; }

    /// <summary>The segment's object; null for a single record.</summary>
    public string? Object { get; init; }

    /// <summary>The kind of failure, a word of <see cref="ErrorCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>What was wrong with it, for a person; at most <see cref="MostReasonCharacters"/> characters.</summary>
    public required string Reason { get; init; }

    /// <summary>Whether it is a whole segment.</summary>
    [JsonIgnore]
    public bool IsSegment => Object is not null;

    internal static Skip OfSegment(SegmentReference segment, RestoreException failure) => new()
    {
        Topic = segment.Topic,
        Partition = segment.Partition,
        FirstOffset = segment.Entry.StartOffset,
        LastOffset = segment.Entry.EndOffset,
        Records = segment.Entry.RecordCount,
        Object = segment.Key,
        Code = failure.Code.Word,
        Reason = Short(failure.Message),
    };

    internal static Skip OfRecord(LaneSource source, long offset, RestoreException refusal) => new()
    {
        Topic = source.Topic,
        Partition = source.Partition,
        FirstOffset = offset,
        LastOffset = offset,
        Records = 1,
        Code = refusal.Code.Word,
        Reason = Short(refusal.Message),
    };

    /// <summary>What cannot be true of it; null when nothing is wrong.</summary>
    internal string? FindProblem() =>
        Topic.Length == 0 || Code.Length == 0 ? "it has no topic or no code"
        // What a manifest says of a segment may be anything.
        : !IsSegment && (LastOffset != FirstOffset || Records != 1) ? "a single record has a range of offsets"
        : null;

    private static string Short(string reason) => reason.Length <= MostReasonCharacters ? reason : reason[..(MostReasonCharacters - 1)] + "…";
}
