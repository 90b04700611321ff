using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Running;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Metrics.Tests.Support;

/// <summary>Runs whose lanes a test moves by hand.</summary>
internal static class Lanes
{
    /// <summary>A run into partitions of topics, each with a number of records.</summary>
    public static RestoreProgress Run(TimeProvider time, params (string Topic, int Partition, long Records)[] lanes) => new(
        new RestorePlan
        {
            BackupId = "shop",
            ArchiveCreatedAt = 0,
            Rules = new StreamRules(),
            Topics = [],
            Warnings = [],
            Hash = "",
            Lanes =
            [
                .. lanes.Select(static lane => new LanePlan
                {
                    Target = new TargetPartition(lane.Topic, lane.Partition),
                    Sources =
                    [
                        new LaneSource
                        {
                            Topic = lane.Topic,
                            Partition = lane.Partition,
                            Completeness = LaneSource.Empty(lane.Topic, lane.Partition).Completeness,
                            Segments = [new SegmentEntry { StartOffset = 0, EndOffset = lane.Records - 1, FirstTimestamp = 0, LastTimestamp = 0, RecordCount = lane.Records, UncompressedSize = lane.Records * 10 }],
                        },
                    ],
                }),
            ],
        },
        time);

    /// <summary>The lane begins, behind what earlier runs have restored.</summary>
    public static void Begin(this LaneStatus lane, long before = 0)
    {
        var start = LaneStart.New(1, 0);
        var acks = new SourceAcks(before, before * 10, 0, before - 1, 0, before - 1, 0, 0);
        lane.Begin(before == 0 ? start : start with { TargetEnd = before, Sources = [new LaneSourceStart(acks, SourceTally.None, OffsetMapState.Empty)] }, 0, [new SourceCounters()]);
    }

    /// <summary>The target acknowledges the next records, of ten bytes each.</summary>
    public static void Acknowledge(this LaneStatus lane, int records)
    {
        var first = lane.Acknowledged;
        ((ISinkObserver)lane).Acknowledged(new SinkAck(0, records, records * 10, new[] { new SourceRun(first, records) }, first, 0, 0, default));
    }

    /// <summary>The lane ends well.</summary>
    public static void Finish(this LaneStatus lane) => lane.End(LaneState.Done);

    /// <summary>The lane fails.</summary>
    public static void Fail(this LaneStatus lane, ErrorCode code) => lane.End(LaneState.Failed, new RestoreException(code, "as the test wants"));
}
