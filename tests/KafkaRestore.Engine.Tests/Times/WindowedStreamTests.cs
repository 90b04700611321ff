using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Spreading;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Engine.Times;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Times;

/// <summary>Whatever a time index knows, a windowed stream has the same records and the same counts.</summary>
public sealed class WindowedStreamTests
{
    [Fact]
    public void An_index_absent_partial_complete_or_damaged_changes_no_record_and_no_count_wherever_a_lane_goes_on() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => AssertSameAsync(seed).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Segments_outside_the_window_are_not_even_fetched(bool spread)
    {
        using var indexed = new IndexedArchive(new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(100), 10));
        var index = await indexed.NoteAsync();
        for (var segment = 0; segment < 10; segment++)
        {
            if (segment != 4)
            {
                await indexed.Archive.DamageAsync("t", 0, segment);
            }
        }

        var plan = indexed.Plan(options => Windowed(options, TestRecords.SomeTime + 42, TestRecords.SomeTime + 47, spread ? 3 : 0), index);
        var read = await ReadAsync(indexed.Archive, plan, Beginnings(plan), plan.Lanes.ToDictionary(lane => lane.Target.Partition, _ => int.MaxValue));

        Assert.Equal([42L, 43, 44, 45, 46, 47], read.Values.SelectMany(lane => lane.Records).Select(record => record.Offset).Order());
        Assert.Equal((94, 10, 9), (
            read.Values.Sum(lane => lane.Snapshot.Tallies.Sum(tally => tally.SkippedByWindow)),
            read.Values.Sum(lane => lane.Segments.Sum()),
            read.Values.Sum(lane => lane.Counters.Sum(counter => counter.SegmentsUnread))));
    }

    [Fact]
    public async Task A_segment_counted_in_part_is_read_to_its_end()
    {
        using var indexed = new IndexedArchive(new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(30), 10));
        var index = await indexed.NoteAsync();
        var plan = indexed.Plan(options => Windowed(options, 1, 2, 0), index);
        await indexed.Archive.DamageAsync("t", 0, 1);
        var start = new LaneStart(new StreamPosition(1, 0, 15, 15), 0, new RecordTail(), [new LaneSourceStart(default, new SourceTally(15, 0, 0, 0), OffsetMapState.Empty)]);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(indexed.Archive, plan, new() { [0] = start }, new() { [0] = int.MaxValue }));

        Assert.Equal(ErrorCodes.ArchiveCorrupt, failure.Code);
    }

    [Fact]
    public async Task Segments_that_overlap_are_read_and_compared()
    {
        var records = TestRecords.Ordinary(20);
        using var indexed = new IndexedArchive(new TestArchive().AddSegment("t", 0, records).AddSegment("t", 0, [.. records.Skip(5).Select(record => record with { Value = [9] })], uploadedAt: 5));
        var plan = indexed.Plan(options => Windowed(options, 1, 2, 0), await indexed.NoteAsync());

        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(indexed.Archive, plan, Beginnings(plan), new() { [0] = int.MaxValue }));

        Assert.Equal(ErrorCodes.ArchiveGenerations, failure.Code);
    }

    [Fact]
    public async Task Segments_taken_at_their_word_are_read_whatever_the_index_knows()
    {
        using var indexed = new IndexedArchive(new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(30), 10));
        await indexed.NoteAsync();
        var options = Windowed(indexed.Archive.Options(), 1, 2, 0) with { TrustSegments = true, Execution = new ExecutionOptions { TimeIndexDirectory = indexed.Folder } };
        Assert.Null(TimeIndex.ForJob(options, indexed.Archive.ToManifest(), indexed.Archive.Storage.Properties));

        // A reader that trusts them asks nobody either.
        var plan = indexed.Plan(_ => options, indexed.Open());
        await indexed.Archive.DamageAsync("t", 0, 1);
        var stream = Streams.Open(indexed.Archive.Storage, plan, plan.Lanes[0], new MemoryBudget(64 << 20), new SegmentReadOptions { TrustSegments = true });
        await Assert.ThrowsAsync<RestoreException>(() => Streams.ReadAsync(stream));
    }

    [Fact]
    public async Task A_dry_run_forecasts_what_is_spared()
    {
        using var indexed = new IndexedArchive(new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(100), 10));
        var change = (RestoreOptions options) => Windowed(options, TestRecords.SomeTime + 42, null, 0);
        var partial = await indexed.NoteAsync(segment => segment.Entry.StartOffset is 0 or 30 or 40);
        Assert.Equal((2, 20), WindowForecast.Of(indexed.Plan(change, partial)) is var forecast ? (forecast.Segments, forecast.Records) : default);
        Assert.Equal(default, WindowForecast.Of(indexed.Plan(change, null)));
    }

    private static async Task AssertSameAsync(int seed)
    {
        var random = new Random(seed);
        using var indexed = new IndexedArchive(Draw(random));
        var change = Change(random);
        var unknowing = indexed.Plan(change, null);
        var all = unknowing.Lanes.ToDictionary(lane => lane.Target.Partition, _ => int.MaxValue);
        var whole = await ReadAsync(indexed.Archive, unknowing, Beginnings(unknowing), all);

        // The first run and the one that goes on may know different things.
        var times = await indexed.ReadTimesAsync();
        var first = indexed.Plan(change, Know(indexed, times, random));
        var second = indexed.Plan(change, Know(indexed, times, random));
        Assert.Equal((unknowing.Hash, unknowing.Hash), (first.Hash, second.Hash));
        var cuts = whole.ToDictionary(pair => pair.Key, pair => random.Next(0, pair.Value.Records.Count + 1));
        var begun = await ReadAsync(indexed.Archive, first, Beginnings(first), cuts);
        var rest = await ReadAsync(indexed.Archive, second, begun.ToDictionary(pair => pair.Key, pair => pair.Value.Next), all);

        foreach (var (partition, expected) in whole)
        {
            var what = $"seed {seed}, partition {partition}, cut {cuts[partition]}";
            RecordComparison.AssertEqual([.. expected.Records.Take(cuts[partition])], begun[partition].Records, what);
            RecordComparison.AssertEqual([.. expected.Records.Skip(cuts[partition])], rest[partition].Records, what);
            Assert.Equal(expected.Snapshot.Tallies, rest[partition].Snapshot.Tallies);
            Assert.Equal(expected.Segments, rest[partition].Segments);
            Assert.Equal(expected.Snapshot.Position, rest[partition].Snapshot.Position);
        }

        Assert.Equal(unknowing.RecordCount, whole.Values.Sum(lane => lane.Records.Count + lane.Snapshot.Tallies.Sum(tally => tally.Total)));
    }

    private static TimeIndex? Know(IndexedArchive indexed, List<(SegmentReference Segment, SegmentTimes Times)> times, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                return null;
            case 1:
                Note(_ => random.Next(2) == 0);
                break;
            case 2:
                Note(_ => true);
                break;
            default:
                Note(_ => true);
                var bytes = File.ReadAllBytes(indexed.File);
                bytes[random.Next(bytes.Length)] ^= 0x10;
                File.WriteAllBytes(indexed.File, bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)]);
                break;
        }

        return indexed.Open();

        void Note(Func<SegmentReference, bool> chosen)
        {
            var index = indexed.Open();
            foreach (var (segment, known) in times.Where(pair => chosen(pair.Segment)))
            {
                index.Add(segment, known);
            }

            index.Save();
        }
    }

    private static RestoreOptions Windowed(RestoreOptions options, long? start, long? end, int spread) => options with
    {
        Selection = new SelectionOptions { TimeWindowStart = start, TimeWindowEnd = end },
        Mapping = spread == 0 ? new MappingOptions() : new MappingOptions { Repartitioning = new Dictionary<string, Repartitioning> { ["t"] = new(PartitioningStrategy.Murmur2, spread) } },
    };

    private static Func<RestoreOptions, RestoreOptions> Change(Random random)
    {
        var (start, end, spread) = (random.Next(0, 100), random.Next(0, 100), random.Next(2) == 0 ? 0 : random.Next(1, 5));
        var (generation, control) = (random.Next(2), random.Next(2));
        var open = random.Next(3);
        return options => Windowed(options, open == 0 ? null : start, open == 1 ? null : end, spread) is var windowed
            ? windowed with
            {
                Selection = windowed.Selection with { Generation = (GenerationChoice)(1 + generation), ControlRecords = (ControlRecordChoice)control },
            }
            : options;
    }

    /// <summary>Segments whose times lie near each other, with now and then one far off, some of them overlapping.</summary>
    private static TestArchive Draw(Random random)
    {
        var archive = new TestArchive { IsolationLevel = null };
        var uploads = 0;
        for (var partition = random.Next(1, 4) - 1; partition >= 0; partition--)
        {
            long offset = random.Next(50);
            for (var segments = random.Next(1, 12); segments > 0; segments--)
            {
                var near = random.Next(100);
                var records = new List<RecordData>();
                for (var count = random.Next(1, 20); count > 0; count--)
                {
                    var time = random.Next(30) == 0 ? random.Next(100) : Math.Clamp(near + random.Next(-5, 6), 0, 100);
                    records.Add(random.Next(12) == 0
                        ? TestRecords.Record(offset, time, [0, 0, 0, 1], [0, 0, 0, 0, 0, 0])
                        : TestRecords.Record(offset, time, [(byte)random.Next(256)], new byte[random.Next(200)]));
                    offset += random.Next(5) == 0 ? random.Next(1, 20) : 1;
                }

                archive.AddSegment("t", partition, records, ++uploads);
                if (random.Next(6) == 0)
                {
                    archive.AddSegment("t", partition, [.. records.Skip(random.Next(records.Count))], ++uploads);
                }
            }
        }

        return archive;
    }

    private static Dictionary<int, LaneStart> Beginnings(RestorePlan plan) => plan.Lanes.ToDictionary(lane => lane.Target.Partition, lane => LaneStart.New(lane.Sources.Count, 0));

    /// <summary>Reads all lanes on from where they start, and has at most so many records of each acknowledged.</summary>
    private static async Task<Dictionary<int, CutStream>> ReadAsync(TestArchive archive, RestorePlan plan, Dictionary<int, LaneStart> starts, Dictionary<int, int> most)
    {
        var reader = new SegmentReader(archive.Storage, new MemoryBudget(64 << 20), new SegmentReadOptions { BlockBytes = 700, OnRead = plan.Times is { } index ? index.Add : null });
        await using var wave = plan.Lanes[0].Repartitioning is { } spread ? new SpreadWave(plan, spread, reader) : null;
        var lanes = plan.Lanes.Select(lane =>
        {
            var start = starts[lane.Target.Partition];
            var counters = CutStream.CountersAt(start);
            var room = new MemoryBudget(8 << 20);
            var stream = wave is null
                ? new LaneStream(plan, lane, reader, room, from: start.Position, counters: counters)
                : new LaneStream(plan, lane, wave.Join(1, lane, start.Position), room, from: start.Position, counters: counters);
            return (Lane: lane, Start: start, Stream: stream);
        }).ToList();
        wave?.Close();
        var readings = await Task.WhenAll(lanes.Select(lane => Task.Run(async () =>
        {
            var partition = lane.Lane.Target.Partition;
            try
            {
                return (partition, await CutStream.ReadAsync(lane.Lane, lane.Stream, lane.Start, most[partition]));
            }
            finally
            {
                wave?.Leave(partition);
            }
        }))).WaitAsync(Streams.Patience);
        return readings.ToDictionary(pair => pair.partition, pair => pair.Item2);
    }
}
