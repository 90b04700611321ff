using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Spreading;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Lanes.Spreading;

/// <summary>Lanes that read together get what each would get alone.</summary>
public sealed class SpreadReadingTests
{
    [Fact]
    public void Each_lane_gets_its_own_records_in_order_wherever_each_goes_on_and_everything_is_counted_once() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => AssertSameAsync(seed).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(120));

    private static async Task AssertSameAsync(int seed)
    {
        var random = new Random(seed);
        var (archive, plan) = Draw(random);
        var own = new Dictionary<int, CutStream>();
        var starts = new Dictionary<int, LaneStart>();
        foreach (var lane in plan.Lanes)
        {
            var start = LaneStart.New(lane.Sources.Count, 0);
            own[lane.Target.Partition] = await CutStream.ReadAsync(lane, Own(archive, plan, lane, start), start, int.MaxValue);
        }

        // Twice: from the beginning until each lane is cut off somewhere, then from there.
        var cuts = plan.Lanes.ToDictionary(lane => lane.Target.Partition, lane => random.Next(0, own[lane.Target.Partition].Records.Count + 1));
        var first = await TogetherAsync(archive, plan, plan.Lanes.ToDictionary(lane => lane.Target.Partition, lane => LaneStart.New(lane.Sources.Count, 0)), cuts);
        foreach (var (partition, reading) in first)
        {
            starts[partition] = reading.Next;
        }

        var rest = await TogetherAsync(archive, plan, starts, plan.Lanes.ToDictionary(lane => lane.Target.Partition, _ => int.MaxValue));

        foreach (var lane in plan.Lanes)
        {
            var partition = lane.Target.Partition;
            var what = $"seed {seed}, {lane.Target}, cut {cuts[partition]}";
            RecordComparison.AssertEqual([.. own[partition].Records.Take(cuts[partition])], first[partition].Records, what);
            RecordComparison.AssertEqual([.. own[partition].Records.Skip(cuts[partition])], rest[partition].Records, what);
            Assert.Equal(own[partition].Snapshot.Tallies, rest[partition].Snapshot.Tallies);
            Assert.Equal(own[partition].Segments, rest[partition].Segments);
            Assert.Equal(new StreamPosition(1, lane.Sources.Count, 0, 0), rest[partition].Snapshot.Position);
        }

        var accounted = plan.Lanes.Sum(lane => own[lane.Target.Partition].Records.Count + own[lane.Target.Partition].Snapshot.Tallies.Sum(tally => tally.Total));
        Assert.Equal(plan.RecordCount, accounted);
    }

    [Fact]
    public async Task A_lane_that_ends_before_it_reads_holds_nobody_up()
    {
        var (archive, plan) = Even(partitions: 4, records: 4_000);
        var budget = new MemoryBudget(64 << 20);
        var wave = Wave(archive, plan, budget);
        var streams = Join(wave, plan);
        wave.Leave(2);
        await Streams.WithPatienceAsync(
            Task.WhenAll(new[] { 0, 1, 3 }.Select(partition => Task.Run(() => Streams.ReadInto(streams[partition], [])))), () => "lanes wait for one that has left");
        await EndAsync(wave, plan);
        Assert.Equal(0, budget.UsedBytes);
    }

    [Fact]
    public async Task A_lane_that_ends_in_the_middle_holds_nobody_up_and_leaves_no_memory_behind()
    {
        var (archive, plan) = Even(partitions: 3, records: 20_000);
        var budget = new MemoryBudget(64 << 20);
        var wave = Wave(archive, plan, budget);
        var streams = Join(wave, plan);
        var others = new[] { 1, 2 }.Select(partition => Task.Run(() => Streams.ReadInto(streams[partition], []))).ToList();
        await foreach (var block in streams[0].ReadAsync(CancellationToken.None))
        {
            block.Dispose();
            break;
        }

        Assert.Contains(others, other => !other.IsCompleted);
        wave.Leave(0);
        await Streams.WithPatienceAsync(Task.WhenAll(others), () => "lanes wait for one that has left");
        await EndAsync(wave, plan);
        Assert.Equal(0, budget.UsedBytes);
    }

    [Fact]
    public async Task The_reading_waits_for_a_lane_that_stands_still_and_keeps_within_its_room()
    {
        var (archive, plan) = Even(partitions: 2, records: 20_000);
        var budget = new MemoryBudget(64 << 20);
        var wave = Wave(archive, plan, budget);
        var streams = Join(wave, plan);
        var records = new List<RecordData>();
        using var stop = new CancellationTokenSource();
        var moving = Task.Run(() => Streams.ReadInto(streams[0], records, stop.Token));
        await using var still = streams[1].ReadAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await still.MoveNextAsync());
        still.Current.Dispose();

        // What reads on is bounded by the room of the other: it cannot come to its end.
        Assert.NotSame(moving, await Task.WhenAny(moving, Task.Delay(TimeSpan.FromSeconds(1))));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => moving);
        Assert.True(records.Count < 10_000, $"{records.Count} of 10,000 records passed");
        await still.DisposeAsync();
        await EndAsync(wave, plan);
        Assert.Equal(0, budget.UsedBytes);
    }

    [Fact]
    public async Task A_damaged_segment_ends_every_lane_with_the_same_reason()
    {
        var (archive, plan) = Even(partitions: 3, records: 3_000);
        await archive.DamageAsync("t", 0, 1);
        var wave = Wave(archive, plan, new MemoryBudget(64 << 20));
        var streams = Join(wave, plan);
        var lanes = streams.Values.Select(stream => Task.Run(() => Streams.ReadInto(stream, []))).ToList();
        await Streams.WithPatienceAsync(Task.WhenAll(lanes.Select(lane => lane.ContinueWith(static _ => { }, TaskScheduler.Default))), () => "a lane hangs");
        foreach (var lane in lanes)
        {
            Assert.Equal(ErrorCodes.ArchiveCorrupt, (await Assert.ThrowsAsync<RestoreException>(() => lane)).Code);
        }

        await EndAsync(wave, plan);
    }

    [Fact]
    public async Task A_record_larger_than_a_lanes_room_passes()
    {
        var records = TestRecords.Ordinary(20).Select((record, i) => i % 3 == 0 ? record with { Value = new byte[700_000] } : record).ToList();
        var archive = new TestArchive().AddSegments("t", 0, records, 5);
        var plan = Plan(archive, 3);
        var wave = Wave(archive, plan, new MemoryBudget(64 << 20));
        var streams = Join(wave, plan);
        var read = streams.ToDictionary(pair => pair.Key, _ => new List<RecordData>());
        await Streams.WithPatienceAsync(
            Task.WhenAll(streams.Select(pair => Task.Run(() => Streams.ReadInto(pair.Value, read[pair.Key])))), () => "a large record does not pass");
        RecordComparison.AssertEqual(records, [.. read.Values.SelectMany(lane => lane).OrderBy(record => record.Offset)], "all lanes");
        await EndAsync(wave, plan);
    }

    private static (TestArchive Archive, RestorePlan Plan) Even(int partitions, int records)
    {
        var archive = new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(records), 1_000);
        return (archive, Plan(archive, partitions));
    }

    private static RestorePlan Plan(TestArchive archive, int partitions) => archive.Plan(options => options with
    {
        Mapping = new MappingOptions { Repartitioning = new Dictionary<string, Repartitioning> { ["t"] = new(PartitioningStrategy.Automatic, partitions) } },
    });

    private static SpreadWave Wave(TestArchive archive, RestorePlan plan, MemoryBudget budget) =>
        new(plan, plan.Lanes[0].Repartitioning!, new SegmentReader(archive.Storage, budget));

    private static Dictionary<int, LaneStream> Join(SpreadWave wave, RestorePlan plan)
    {
        var streams = plan.Lanes.ToDictionary(
            lane => lane.Target.Partition, lane => new LaneStream(plan, lane, wave.Join(1, lane, StreamPosition.Beginning), new MemoryBudget(8 << 20)));
        wave.Close();
        return streams;
    }

    private static async Task EndAsync(SpreadWave wave, RestorePlan plan)
    {
        foreach (var lane in plan.Lanes)
        {
            wave.Leave(lane.Target.Partition);
        }

        var ended = wave.DisposeAsync().AsTask();
        await Streams.WithPatienceAsync(ended, () => "the reading does not end");
    }

    private static LaneStream Own(TestArchive archive, RestorePlan plan, LanePlan lane, LaneStart start)
    {
        var reader = new SegmentReader(archive.Storage, new MemoryBudget(64 << 20), new SegmentReadOptions { BlockBytes = 700 });
        return new LaneStream(plan, lane, reader, new MemoryBudget(8 << 20), from: start.Position, counters: CutStream.CountersAt(start));
    }

    private static async Task<Dictionary<int, CutStream>> TogetherAsync(
        TestArchive archive, RestorePlan plan, Dictionary<int, LaneStart> starts, Dictionary<int, int> cuts)
    {
        var reader = new SegmentReader(archive.Storage, new MemoryBudget(64 << 20), new SegmentReadOptions { BlockBytes = 700 });
        var wave = new SpreadWave(plan, plan.Lanes[0].Repartitioning!, reader);
        var lanes = plan.Lanes.Select(lane =>
        {
            var start = starts[lane.Target.Partition];
            return (lane, start, stream: new LaneStream(
                plan, lane, wave.Join(1, lane, start.Position), new MemoryBudget(8 << 20), from: start.Position, counters: CutStream.CountersAt(start)));
        }).ToList();
        wave.Close();
        var readings = await Task.WhenAll(lanes.Select(lane => Task.Run(async () =>
        {
            var reading = await CutStream.ReadAsync(lane.lane, lane.stream, lane.start, cuts[lane.lane.Target.Partition]);
            wave.Leave(lane.lane.Target.Partition);
            return (lane.lane.Target.Partition, reading);
        }))).WaitAsync(Streams.Patience);
        await wave.DisposeAsync();
        return readings.ToDictionary(pair => pair.Partition, pair => pair.reading);
    }

    private static (TestArchive Archive, RestorePlan Plan) Draw(Random random)
    {
        var archive = new TestArchive { IsolationLevel = null };
        var uploads = 0;
        for (var partition = random.Next(1, 4) - 1; partition >= 0; partition--)
        {
            var records = Records(random);
            for (var next = 0; next < records.Count;)
            {
                var count = random.Next(1, 40);
                archive.AddSegment("t", partition, [.. records.Skip(next).Take(count)], ++uploads);
                if (random.Next(4) == 0 && records.Skip(next + random.Next(3)).Take(random.Next(1, 40)).ToList() is { Count: > 0 } again)
                {
                    archive.AddSegment("t", partition, random.Next(2) == 0 ? again : [.. again.Select(record => record with { Value = [9] })], ++uploads);
                }

                next += count;
            }
        }

        var strategy = (PartitioningStrategy)random.Next(2);
        var partitions = random.Next(1, 6);
        var plan = archive.Plan(options => options with
        {
            Headers = random.Next(3) switch { 0 => new HeaderOptions(), 1 => new HeaderOptions { Strip = true }, _ => new HeaderOptions { Strip = true, Add = true } },
            Selection = new SelectionOptions
            {
                Generation = random.Next(2) == 0 ? GenerationChoice.Newest : GenerationChoice.Oldest,
                TimeWindowStart = random.Next(2) == 0 ? 20 : null,
                ControlRecords = random.Next(2) == 0 ? ControlRecordChoice.Auto : ControlRecordChoice.Never,
            },
            Mapping = new MappingOptions { Repartitioning = new Dictionary<string, Repartitioning> { ["t"] = new(strategy, partitions) } },
        });
        return (archive, plan);
    }

    /// <summary>Enough of them that lanes hand on blocks in the middle of the archive's.</summary>
    private static List<RecordData> Records(Random random)
    {
        var records = new List<RecordData>();
        long offset = random.Next(50);
        var large = random.Next(3) == 0;
        for (var count = random.Next(1, 200); count > 0; count--)
        {
            records.Add(random.Next(12) == 0
                ? TestRecords.Record(offset, random.Next(100), [0, 0, 0, 1], [0, 0, 0, 0, 0, 0])
                : TestRecords.Record(offset, random.Next(100), random.Next(5) == 0 ? null : [(byte)random.Next(256)], new byte[large ? random.Next(30_000) : 3]));
            offset += random.Next(5) == 0 ? random.Next(1, 20) : 1;
        }

        return records;
    }
}
