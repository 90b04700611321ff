using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Engine.Times;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Times;

public sealed class IndexJobTests
{
    [Fact]
    public async Task Every_segment_is_read_once_and_never_again()
    {
        using var indexed = await SampleAsync();
        var first = await (await OpenAsync(indexed)).RunAsync(3, CancellationToken.None);
        Assert.Equal((IndexStatus.Complete, 20, 20, 0, 20), (first.Status, (int)first.SegmentsSelected, (int)first.SegmentsKnown, (int)first.SegmentsKnownBefore, (int)first.SegmentsRead));

        var again = new List<string>();
        var second = await (await OpenAsync(indexed, new HookedStorage(indexed.Archive.Storage, again.Add))).RunAsync(3, CancellationToken.None);
        Assert.Equal((IndexStatus.Complete, 20, 20, 0), (second.Status, (int)second.SegmentsKnown, (int)second.SegmentsKnownBefore, (int)second.SegmentsRead));
        Assert.All(again, key => Assert.EndsWith("manifest.json", key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_is_stopped_goes_on_with_the_rest()
    {
        using var indexed = await SampleAsync();
        using var stop = new CancellationTokenSource();
        var reads = 0;
        var storage = new HookedStorage(indexed.Archive.Storage, key =>
        {
            if (key.Contains("segment-", StringComparison.Ordinal) && Interlocked.Increment(ref reads) == 8)
            {
                stop.Cancel();
            }
        });

        var first = await (await OpenAsync(indexed, storage)).RunAsync(1, stop.Token);
        Assert.Equal(IndexStatus.Stopped, first.Status);
        Assert.InRange(first.SegmentsKnown, 1, 8);
        var second = await (await OpenAsync(indexed)).RunAsync(2, CancellationToken.None);

        Assert.Equal((IndexStatus.Complete, 20, first.SegmentsKnown, 20 - first.SegmentsKnown), (second.Status, (int)second.SegmentsKnown, second.SegmentsKnownBefore, second.SegmentsRead));
    }

    [Fact]
    public async Task Damaged_and_missing_segments_are_listed_and_the_others_are_noted()
    {
        using var indexed = await SampleAsync();
        await indexed.Archive.DamageAsync("a", 0, 3);
        var report = await (await OpenAsync(indexed)).RunAsync(2, CancellationToken.None);
        Assert.Equal((IndexStatus.Incomplete, 19), (report.Status, (int)report.SegmentsKnown));
        var problem = Assert.Single(report.Problems);
        Assert.Equal((ErrorCodes.ArchiveCorrupt.Word, indexed.Archive.KeyOf("a", 0, 3)), (problem.Code, problem.Object));
    }

    [Fact]
    public async Task How_complete_it_is_can_be_asked_without_reading()
    {
        using var indexed = await SampleAsync();
        await indexed.NoteAsync(segment => segment.Topic == "b" && segment.Entry.StartOffset < 50);
        var report = (await OpenAsync(indexed)).Show();
        Assert.Equal((IndexStatus.Incomplete, 5, 0), (report.Status, (int)report.SegmentsKnown, (int)report.SegmentsRead));
        Assert.Equal([("a", 0L, null), ("b", 5L, (long?)TestRecords.SomeTime)], report.Topics.Select(topic => (topic.Topic, topic.SegmentsKnown, topic.FirstTimestamp)));
        Assert.True(report.StoredBytesLeft > 0);
    }

    [Fact]
    public async Task The_slack_that_would_be_needed_is_told()
    {
        var archive = new TestArchive().AddSegment("t", 0, Times(0, 100, 200)).AddSegment("t", 0, Times(10, 100, 40, 250, 200)).AddSegment("t", 0, Times(20, 300, 120, 310));
        using var indexed = new IndexedArchive(await archive.WriteManifestAsync());
        var report = await (await OpenAsync(indexed)).RunAsync(1, CancellationToken.None);
        var topic = Assert.Single(report.Topics);
        Assert.Equal((180L, 2L, 40L, 310L), (topic.SlackNeededMs!.Value, topic.SegmentsDisordered, topic.FirstTimestamp!.Value, topic.LastTimestamp!.Value));
        Assert.Equal(180, report.SlackNeededMs);

        static List<Records.Layout.RecordData> Times(long first, params long[] times) => [.. times.Select((time, i) => TestRecords.Record(first + i, time, [1], [1]))];
    }

    private static async Task<IndexedArchive> SampleAsync() => new(
        await new TestArchive().AddSegments("a", 0, TestRecords.Ordinary(100), 10).AddSegments("b", 0, TestRecords.Ordinary(100), 10).WriteManifestAsync());

    private static Task<IndexJob> OpenAsync(IndexedArchive indexed, IArchiveStorage? storage = null) =>
        IndexJob.OpenAsync(indexed.Archive.Options(), indexed.Folder, storage ?? indexed.Archive.Storage, TimeProvider.System, CancellationToken.None);
}
