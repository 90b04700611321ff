using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Engine.State.Segments;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.State;

public sealed class SegmentRecordTests
{
    private const string Path = "/state/segments";

    [Fact]
    public void A_record_of_version_1_is_read_by_every_later_program()
    {
        var disk = new SimulatedDisk();
        disk.Put(Path, Golden());
        AssertEqual(Sample(), Read(disk));
    }

    [Fact]
    public void Version_1_is_written_as_it_was() => Assert.Equal(Convert.ToHexString(Golden()), Convert.ToHexString(Write(Sample(), generations: 2)));

    [Fact]
    public void What_is_written_is_read()
    {
        // Manifests are not trusted: any number may stand in a segment.
        var number = Gen.OneOf(Gen.Choose(-5, 5000).Select(n => (long)n), Gen.Elements(long.MinValue, long.MaxValue, -1L, 1L << 40));
        var segment = from start in number from end in number from count in number from key in Gen.Choose(0, int.MaxValue) from content in Gen.Choose(int.MinValue, int.MaxValue) select new RecordedSegment(start, end, count, (uint)key, (uint)content);
        var generation = from n in Gen.Choose(1, 9) from segments in segment.ListOf() select new RecordedGeneration(n, [.. segments]);
        var name = Gen.Elements("a", "заказы", new string('x', 249));
        var source = from topic in name from partition in Gen.Choose(0, int.MaxValue) from generations in generation.ListOf() select new RecordedSource(topic, partition, [.. generations.Take(9)]);
        var lane = from topic in name from partition in Gen.Choose(0, int.MaxValue) from sources in source.ListOf() select new RecordedLane(new TargetPartition(topic, partition), [.. sources]);
        Prop.ForAll(lane.ListOf().ToArbitrary(), lanes =>
        {
            var disk = new SimulatedDisk();
            disk.Put(Path, Write([.. lanes], generations: 9));
            AssertEqual([.. lanes], Read(disk));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_million_segments_are_a_few_megabytes()
    {
        const int Count = 100_000;
        var segments = Enumerable.Range(0, Count).Select(i => RecordedSegment.Of(StateSamples.Segment(i * 100_000L, (i * 100_000L) + 99_999))).ToArray();
        var bytes = Write([new RecordedLane(new TargetPartition("orders", 0), [new RecordedSource("orders", 0, [new RecordedGeneration(1, segments)])])], 1).Length;
        Assert.InRange(bytes, Count * 4, Count * 11);
    }

    [Fact]
    public void Every_changed_byte_and_every_cut_is_recognised_before_anything_is_believed()
    {
        var golden = Golden();
        for (var at = 0; at < golden.Length; at++)
        {
            var changed = golden.ToArray();
            changed[at] ^= 0x20;
            Assert.Equal(ErrorCodes.StateCorrupt, Refusal(changed).Code);
            Assert.Equal(ErrorCodes.StateCorrupt, Refusal(golden[..at]).Code);
        }
    }

    [Fact]
    public void A_newer_version_is_refused()
    {
        var failure = Refusal("kafka-restore segments 2\nabcdefgh"u8.ToArray());
        Assert.Equal(ErrorCodes.StateNewer, failure.Code);
        Assert.Equal(Path, failure.Where);
    }

    [Fact]
    public void Nothing_there_is_nothing() => Assert.Null(SegmentRecordReader.Open(new SimulatedDisk(), Path));

    internal static byte[] Golden() => File.ReadAllBytes(System.IO.Path.Combine(StateSamples.GoldenFolder, "segments.v1"));

    internal static RecordedLane[] Sample() =>
    [
        new(new TargetPartition("orders", 3),
        [
            new("orders", 3,
            [
                new(1, [new RecordedSegment(0, 99, 100, 1, 0xdeadbeef), new RecordedSegment(100, 350, 200, 0, 7), new RecordedSegment(300, 350, 51, 0x80000001, 8)]),
                new(2, [new RecordedSegment(1_000_000, 1_000_000, 1, 2, 9)]),
            ]),
            new("заказы", 0, [new(2, [new RecordedSegment(5, 6, 2, 1, 10)])]),
        ]),
        new(new TargetPartition("payments", 0), []),
    ];

    internal static byte[] Write(RecordedLane[] lanes, int generations)
    {
        var stream = new MemoryStream();
        var writer = new SegmentRecordWriter(stream, generations, lanes.Length);
        foreach (var lane in lanes)
        {
            writer.Write(lane);
        }

        writer.Finish();
        return stream.ToArray();
    }

    private static RestoreException Refusal(byte[] content)
    {
        var disk = new SimulatedDisk();
        disk.Put(Path, content);
        return Assert.Throws<RestoreException>(() => Read(disk));
    }

    private static RecordedLane[] Read(IStateFiles files)
    {
        using var reader = SegmentRecordReader.Open(files, Path)!;
        return [.. reader.ReadLanes()];
    }

    private static void AssertEqual(RecordedLane[] expected, RecordedLane[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (was, now) in expected.Zip(actual))
        {
            Assert.Equal(was.Target, now.Target);
            Assert.Equal(was.Sources.Select(source => source.ToString()), now.Sources.Select(source => source.ToString()));
            foreach (var (wasSource, nowSource) in was.Sources.Zip(now.Sources))
            {
                Assert.Equal(wasSource.Generations.Select(generation => generation.Number), nowSource.Generations.Select(generation => generation.Number));
                Assert.Equal(wasSource.Generations.SelectMany(generation => generation.Segments), nowSource.Generations.SelectMany(generation => generation.Segments));
            }
        }
    }
}
