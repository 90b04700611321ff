using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Checkpoints;

namespace KafkaRestore.Engine.Running;

/// <summary>What a checkpoint means for a lane that goes on.</summary>
internal static class LaneResume
{
    /// <summary>Where the lane goes on; sources that the checkpoint does not know have not begun.</summary>
    public static LaneStart StartOf(LaneCheckpoint checkpoint, int sources) => new(
        checkpoint.Position,
        checkpoint.ExpectedEnd,
        RecordTail.From(checkpoint.Tail.Bytes.Span),
        [.. Enumerable.Range(0, sources).Select(i => i < checkpoint.Sources.Count ? StartOf(checkpoint.Sources[i]) : new LaneSourceStart(default, SourceTally.None, OffsetMapState.Empty))]);

    /// <summary>Whether the archive no longer holds segments that an earlier run has read.</summary>
    public static bool HasLostSegments(JobLane stored, LanePlan now) => stored.RecordsRecorded != now.RecordCount;

    /// <summary>What a checkpoint keeps of a source.</summary>
    public static SourceCheckpoint Of(LaneSource source, SourceAcks acks, SourceTally tally, OffsetMapState map)
    {
        var any = acks.Records > 0;
        return new SourceCheckpoint
        {
            Topic = source.Topic,
            Partition = source.Partition,
            Records = acks.Records,
            Bytes = acks.Bytes,
            FirstSourceOffset = any ? acks.FirstSourceOffset : null,
            LastSourceOffset = any ? acks.LastSourceOffset : null,
            FirstTargetOffset = any ? acks.FirstTargetOffset : null,
            LastTargetOffset = any ? acks.LastTargetOffset : null,
            FirstTimestamp = any ? acks.FirstTimestamp : null,
            LastTimestamp = any ? acks.LastTimestamp : null,
            SkippedByWindow = tally.SkippedByWindow,
            Control = tally.Control,
            Duplicates = tally.Duplicates,
            OtherGeneration = tally.OtherGeneration,
            SkippedUnwritable = tally.Unwritable,
            Damaged = tally.Damaged,
            MapChunks = map.SealedChunks,
            MapTail = map.Tail,
        };
    }

    private static LaneSourceStart StartOf(SourceCheckpoint source) => new(
        source.Records == 0 ? default : new SourceAcks(
            source.Records,
            source.Bytes,
            source.FirstSourceOffset!.Value,
            source.LastSourceOffset!.Value,
            source.FirstTargetOffset!.Value,
            source.LastTargetOffset!.Value,
            source.FirstTimestamp ?? 0,
            source.LastTimestamp ?? 0),
        new SourceTally(source.SkippedByWindow, source.Control, source.Duplicates, source.OtherGeneration, source.SkippedUnwritable, source.Damaged),
        new OffsetMapState(source.MapChunks, source.MapTail));
}
