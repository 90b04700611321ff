using System.Buffers.Binary;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Preflight.Tests.Support;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;
using static KafkaRestore.Preflight.Tests.Support.Expected;

namespace KafkaRestore.Preflight.Tests.Situations;

/// <summary>Holes, generations, and what old writers did to records.</summary>
internal static class ArchiveSituations
{
    public static IEnumerable<Situation> All =>
    [
        new("a hole that nothing explains", stage => Holed(stage), Warning(FindingKinds.ArchiveIncomplete, "10 to 19 and does not say why")),
        new("a hole that the archive explains",
            stage =>
            {
                stage.Archive.Gaps.Add(new OffsetGap(10, 20, "offset_out_of_range"));
                return Holed(stage);
            },
            Warning(FindingKinds.ArchiveGap, "10 to 19: offset_out_of_range")),
        new("an archive from before covered ranges",
            stage =>
            {
                stage.Archive.Describe = entry => entry with { CoveredStart = null, CoveredEnd = null };
                return Holed(stage);
            },
            Info(FindingKinds.ArchiveNotProvable, "1 partition(s)")),
        new("two generations under one id", stage => Overlapping(stage), Warning(FindingKinds.ArchiveGenerations, "the partition stops")),
        new("two generations of which the newest is taken",
            async stage =>
            {
                await Overlapping(stage);
                stage.Options = options => options with { Selection = new SelectionOptions { Generation = GenerationChoice.Newest } };
            },
            Warning(FindingKinds.ArchiveGenerations, "the newest one is taken")),
        new("markers archived as data, left out",
            stage =>
            {
                stage.Archive.IsolationLevel = null;
                return Marked(stage);
            },
            Warning(FindingKinds.ControlRecords, "they are left out")),
        new("markers archived as data, restored",
            async stage =>
            {
                stage.Archive.IsolationLevel = null;
                await Marked(stage);
                stage.Options = options => options with { Selection = new SelectionOptions { ControlRecords = ControlRecordChoice.Never } };
            },
            Warning(FindingKinds.ControlRecords, "restored as records")),
        new("an archive that was read uncommitted",
            stage =>
            {
                stage.Archive.IsolationLevel = "read_uncommitted";
                return stage.CreateTopicAsync();
            },
            Info(FindingKinds.ControlRecords)),
        new("tracking headers in a chain",
            stage =>
            {
                stage.Archive.Add([TestRecords.Record(0, Stage.Now, [1], [1], Tracking(17), Tracking(0))]);
                return stage.CreateTopicAsync();
            },
            Warning(FindingKinds.ChainedHeaders, "1 record(s)")),
        new("tracking headers of this archive alone",
            stage =>
            {
                stage.Archive.Add([TestRecords.Record(0, Stage.Now, [1], [1], Tracking(0))]);
                return stage.CreateTopicAsync();
            }),
        new("empty header values in segments of old writers",
            stage =>
            {
                stage.Archive.Describe = entry => entry with { Sha256 = null };
                return EmptyHeader(stage);
            },
            Warning(FindingKinds.EmptyHeaders)),
        new("empty header values in segments of writers that keep null", stage => EmptyHeader(stage)),
        new("segments left out by the window's slack",
            async stage =>
            {
                stage.Archive.Add([TestRecords.Record(0, 1_000_000_000_000, [1], [1])]).Add(Stage.Records(3, first: 1));
                await stage.CreateTopicAsync();
                stage.Options = options => options with { Selection = new SelectionOptions { TimeWindowStart = Stage.Now - 3_600_000, TimeWindowSlack = TimeSpan.FromHours(1) } };
            },
            Warning(FindingKinds.WindowSlack, "leaves out 1 segment(s)")),
        new("a pattern that selects nothing",
            async stage =>
            {
                await stage.CreateTopicAsync();
                stage.Options = options => options with { Selection = new SelectionOptions { Include = [stage.Topic, "nothing-*"] } };
            },
            Warning(FindingKinds.Plan, "nothing-*")),
    ];

    private static Task Holed(Stage stage)
    {
        stage.Archive.Add(Stage.Records(10)).Add(Stage.Records(10, first: 20));
        return stage.CreateTopicAsync();
    }

    private static Task Overlapping(Stage stage)
    {
        stage.Archive.Add(Stage.Records(10), uploadedAt: 1).Add(Stage.Records(10, first: 5), uploadedAt: 2);
        return stage.CreateTopicAsync();
    }

    private static Task Marked(Stage stage)
    {
        stage.Archive.Add([TestRecords.Record(0, Stage.Now, [1], [1]), TestRecords.Record(1, Stage.Now, [0, 0, 0, 1], [0, 0, 0, 0, 0, 7])]);
        return stage.CreateTopicAsync();
    }

    private static Task EmptyHeader(Stage stage)
    {
        stage.Archive.Add([TestRecords.Record(0, Stage.Now, [1], [1], TestRecords.Header("trace", []))]);
        return stage.CreateTopicAsync();
    }

    private static HeaderData Tracking(long offset)
    {
        var value = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(value, offset);
        return TestRecords.Header("x-original-offset", value);
    }
}
