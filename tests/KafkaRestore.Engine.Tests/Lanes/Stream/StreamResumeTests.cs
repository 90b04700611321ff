using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Lanes.Stream;

/// <summary>Wherever a lane was interrupted, the rest of its stream and what was left out of it are what they would have been.</summary>
public sealed class StreamResumeTests
{
    [Fact]
    public void A_stream_that_goes_on_gives_the_rest_and_counts_everything_once() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => AssertResumesAsync(seed).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_place_where_reading_goes_on_never_goes_back(bool overlapping)
    {
        // What was left out below it is counted; a checkpoint that named an earlier place would have it counted again.
        var archive = new TestArchive().AddSegment("t", 0, TestRecords.Ordinary(1_000));
        if (overlapping)
        {
            archive.AddSegment("t", 0, TestRecords.Ordinary(1_000));
        }

        var plan = archive.Plan(options => options with { Selection = new SelectionOptions { TimeWindowStart = TestRecords.SomeTime + 900 } });
        var reader = new SegmentReader(archive.Storage, new MemoryBudget(64 << 20), new SegmentReadOptions { BlockBytes = 700 });
        var stream = new LaneStream(plan, plan.Lanes[0], reader, new MemoryBudget(8 << 20), from: new StreamPosition(1, 0, 500, 500), counters: [new SourceCounters(new SourceTally(500, 0, 0, 0))]);
        var places = new List<long>();
        await foreach (var piece in stream.ReadPiecesAsync(CancellationToken.None))
        {
            piece.Block?.Dispose();
            places.Add(piece.Mark.ReadFrom!.Value);
        }

        Assert.True(places[0] >= 500, $"{places[0]}");
        Assert.Equal(places.Order(), places);
    }

    private static async Task AssertResumesAsync(int seed)
    {
        var random = new Random(seed);
        var (archive, plan) = Draw(random);
        var lane = Assert.Single(plan.Lanes);
        var whole = await ReadAsync(archive, plan, lane, LaneStart.New(lane.Sources.Count, 0), int.MaxValue);
        var cut = random.Next(0, whole.Records.Count + 1);

        var before = await ReadAsync(archive, plan, lane, LaneStart.New(lane.Sources.Count, 0), cut);
        var after = await ReadAsync(archive, plan, lane, before.Next, int.MaxValue);

        Assert.Equal(cut, before.Records.Count);
        RecordComparison.AssertEqual([.. whole.Records.Skip(cut)], after.Records, $"seed {seed}, cut {cut}");
        Assert.Equal(whole.Snapshot.Tallies, after.Snapshot.Tallies);
        Assert.Equal(whole.Counters.Select(counter => counter.Tally), after.Counters.Select(counter => counter.Tally));
        Assert.Equal(whole.Segments, after.Segments);
        Assert.Equal(new StreamPosition(1, lane.Sources.Count, 0, 0), after.Snapshot.Position);
    }

    private static (TestArchive Archive, RestorePlan Plan) Draw(Random random)
    {
        var archive = new TestArchive { IsolationLevel = null };
        var sources = random.Next(1, 4);
        var uploads = 0;
        for (var partition = 0; partition < sources; partition++)
        {
            var records = Records(random);
            for (var next = 0; next < records.Count;)
            {
                var count = random.Next(1, 25);
                archive.AddSegment("t", partition, [.. records.Skip(next).Take(count)], ++uploads);
                if (random.Next(4) == 0)
                {
                    // A copy of some of it, or another generation.
                    var again = records.Skip(next + random.Next(3)).Take(random.Next(1, 40)).ToList();
                    var other = random.Next(2) == 0 ? again : [.. again.Select(record => record with { Value = [9] })];
                    if (other.Count > 0)
                    {
                        archive.AddSegment("t", partition, other, ++uploads);
                    }
                }

                next += count;
            }
        }

        var headers = random.Next(3) switch { 0 => new HeaderOptions(), 1 => new HeaderOptions { Strip = true }, _ => new HeaderOptions { Strip = true, Add = true } };
        var plan = archive.Plan(options => options with
        {
            Headers = headers,
            Selection = new SelectionOptions
            {
                Generation = random.Next(2) == 0 ? GenerationChoice.Newest : GenerationChoice.Oldest,
                TimeWindowStart = random.Next(2) == 0 ? 20 : null,
                ControlRecords = random.Next(2) == 0 ? ControlRecordChoice.Auto : ControlRecordChoice.Never,
            },
            Mapping = new MappingOptions { Partitions = Enumerable.Range(0, sources).ToDictionary(partition => partition, _ => 0) },
        });
        return (archive, plan);
    }

    private static List<RecordData> Records(Random random)
    {
        var records = new List<RecordData>();
        long offset = random.Next(50);
        for (var count = random.Next(1, 150); count > 0; count--)
        {
            records.Add(random.Next(12) == 0
                ? TestRecords.Record(offset, random.Next(100), [0, 0, 0, 1], [0, 0, 0, 0, 0, 0])
                : TestRecords.Record(offset, random.Next(100), [(byte)random.Next(256)], [(byte)random.Next(256), 1, 2]));
            offset += random.Next(5) == 0 ? random.Next(1, 20) : 1;
        }

        return records;
    }

    /// <summary>Reads on from <paramref name="start"/> and has at most <paramref name="most"/> records acknowledged, in pieces of any size.</summary>
    private static Task<CutStream> ReadAsync(TestArchive archive, RestorePlan plan, LanePlan lane, LaneStart start, int most)
    {
        var reader = new SegmentReader(archive.Storage, new MemoryBudget(64 << 20), new SegmentReadOptions { BlockBytes = 700 });
        var stream = new LaneStream(plan, lane, reader, new MemoryBudget(8 << 20), from: start.Position, counters: CutStream.CountersAt(start));
        return CutStream.ReadAsync(lane, stream, start, most);
    }
}
