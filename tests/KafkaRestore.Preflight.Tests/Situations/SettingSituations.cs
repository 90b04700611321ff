using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Preflight.Tests.Support;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;
using static KafkaRestore.Preflight.Tests.Support.Expected;

namespace KafkaRestore.Preflight.Tests.Situations;

/// <summary>What a topic's settings do to restored records, and what they cost.</summary>
internal static class SettingSituations
{
    private const long Day = 86_400_000;

    public static IEnumerable<Situation> All =>
    [
        new("a topic that sets timestamps itself", stage => stage.CreateTopicAsync(1, "message.timestamp.type=LogAppendTime"), Error(FindingKinds.TimestampType)),
        new("records older than a topic takes", stage => Aged(stage, 10 * Day, "message.timestamp.before.max.ms=86400000"), Error(FindingKinds.TimestampLimits, "message.timestamp.before.max.ms")),
        new("records older than a topic takes, of which the window selects none",
            async stage =>
            {
                stage.Archive.Add([Record(0, Stage.Now - (10 * Day)), Record(1, Stage.Now)]);
                await stage.CreateTopicAsync(1, "message.timestamp.before.max.ms=86400000");
                stage.Options = options => options with { Selection = new SelectionOptions { TimeWindowStart = Stage.Now - 60_000 } };
            }),
        new("records older than a topic takes, left out",
            async stage =>
            {
                await Aged(stage, 10 * Day, "message.timestamp.before.max.ms=86400000");
                stage.Options = options => options with { Skips = new SkipOptions { UnwritableRecords = true } };
            },
            Warning(FindingKinds.TimestampLimits)),
        new("records from the future", stage => Aged(stage, -10 * Day, "message.timestamp.after.max.ms=3600000"), Error(FindingKinds.TimestampLimits, "message.timestamp.after.max.ms")),
        new("records older than a topic keeps", stage => Aged(stage, 10 * Day, "retention.ms=86400000"), Warning(FindingKinds.Retention, "retention.ms=86400000")),
        new("old records in a topic that keeps them", stage => Aged(stage, 1_000 * Day, "retention.ms=-1")),
        new("a partition larger than a topic keeps",
            async stage =>
            {
                stage.Archive.Add(Stage.Records(100, valueBytes: 1000));
                await stage.CreateTopicAsync(1, "retention.bytes=20000");
            },
            Warning(FindingKinds.Retention, "retention.bytes=20000")),
        new("a compacted topic", stage => stage.CreateTopicAsync(1, "cleanup.policy=compact"), Warning(FindingKinds.Compaction, "only the youngest stay")),
        new("old records in a compacted topic, which deletes none by age", stage => Aged(stage, 1_000 * Day, "cleanup.policy=compact", "retention.ms=1000"), Warning(FindingKinds.Compaction)),
        new("records without a key for a compacted topic", stage => Keyless(stage), Warning(FindingKinds.Compaction), Error(FindingKinds.Compaction, "2 record(s)")),
        new("records without a key for a compacted topic, left out",
            async stage =>
            {
                await Keyless(stage);
                stage.Options = options => options with { Skips = new SkipOptions { UnwritableRecords = true } };
            },
            Warning(FindingKinds.Compaction, "youngest"),
            Warning(FindingKinds.Compaction, "2 record(s)")),
        new("a record larger than a topic takes", stage => Large(stage, ProduceCodec.None), Error(FindingKinds.RecordSize, "source offset 1")),
        new("a record that may fit when it is compressed", stage => Large(stage, ProduceCodec.Lz4), Warning(FindingKinds.RecordSize, "after compression")),
        new("large records in a segment that is not looked into",
            async stage =>
            {
                stage.Archive.Add(Stage.Records(2)).Add(Stage.Records(5, first: 2, valueBytes: 5000)).Add(Stage.Records(2, first: 7));
                await stage.CreateTopicAsync(1, "max.message.bytes=2000");
                stage.Options = options => options with { Delivery = new DeliveryOptions { Codec = ProduceCodec.None } };
            },
            Error(FindingKinds.RecordSize, "at least"),
            Info(FindingKinds.NotChecked, "2 of 3 segment(s)")),
        new("times that roll thousands of log segments",
            async stage =>
            {
                stage.Archive.Add(Enumerable.Range(0, 2_000).Select(i => Record(i, Stage.Now - (2_000 - i) * 600_000L)));
                await stage.CreateTopicAsync(1, "segment.ms=600000");
            },
            Warning(FindingKinds.SegmentRolling, "segment.ms=600000")),
        new("times that roll some log segments",
            async stage =>
            {
                stage.Archive.Add(Enumerable.Range(0, 100).Select(i => Record(i, Stage.Now - (100 - i) * 600_000L)));
                await stage.CreateTopicAsync(1, "segment.ms=3600000");
            },
            Info(FindingKinds.SegmentRolling)),
        new("an archive larger than the brokers' disks", stage => Huge(stage, entry => Claim(entry) with { CompressedSize = 1L << 50 }),
            Warning(FindingKinds.DiskSpace, "1 PiB"),
            Warning(FindingKinds.ObjectSize)),
        new("an archive that fits the disks only compressed", stage => Huge(stage, Claim), Info(FindingKinds.DiskSpace, "2 PiB")),
        new("limits that make it long",
            async stage =>
            {
                stage.Archive.Add(Stage.Records(100));
                await stage.CreateTopicAsync();
                stage.Options = options => options with { Execution = new ExecutionOptions { RecordsPerSecond = 1, BytesPerSecond = 1L << 30 } };
            },
            Info(FindingKinds.Estimate, "100 seconds at least")),
    ];

    private static RecordData Record(long offset, long timestamp) => TestRecords.Record(offset, timestamp, [1], [2]);

    private static Task Aged(Stage stage, long age, params string[] settings)
    {
        stage.Archive.Add([Record(0, Stage.Now - age), Record(1, Stage.Now - age)]);
        return stage.CreateTopicAsync(1, settings);
    }

    private static Task Keyless(Stage stage)
    {
        stage.Archive.Add([Record(0, Stage.Now), TestRecords.Record(1, Stage.Now, null, [1]), TestRecords.Record(2, Stage.Now, null, null)]);
        return stage.CreateTopicAsync(1, "cleanup.policy=compact");
    }

    private static Task Large(Stage stage, ProduceCodec codec)
    {
        stage.Archive.Add([Record(0, Stage.Now), TestRecords.Record(1, Stage.Now, [1], new byte[5_000]), Record(2, Stage.Now), .. Stage.Records(20, first: 3)]);
        stage.Options = options => options with { Delivery = new DeliveryOptions { Codec = codec } };
        return stage.CreateTopicAsync(1, "max.message.bytes=2000");
    }

    // Two PiB in records of 2 KiB.
    private static SegmentEntry Claim(SegmentEntry entry) => entry with { UncompressedSize = 1L << 51, RecordCount = 1L << 40, EndOffset = 1L << 40, CoveredEnd = 1L << 40 };

    private static Task Huge(Stage stage, Func<SegmentEntry, SegmentEntry> claim)
    {
        stage.Archive.Describe = claim;
        stage.Options = options => options with { TrustSegments = true };
        return stage.CreateTopicAsync();
    }
}
