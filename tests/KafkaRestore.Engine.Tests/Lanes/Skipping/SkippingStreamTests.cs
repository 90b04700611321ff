using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Lanes.Skipping;

/// <summary>Streams out of which segments and records are left: the same however often they are interrupted, and every record is accounted for.</summary>
public sealed class SkippingStreamTests
{
    private static readonly SkipOptions s_all = new() { DamagedSegments = true, UnwritableRecords = true };

    [Fact]
    public void However_often_it_is_interrupted_the_stream_is_the_same_and_everything_is_counted_once() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => AssertResumesAsync(seed).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public async Task A_segment_with_a_good_checksum_and_bad_content_gives_not_one_record()
    {
        // Its manifest is right about everything but the length of what is in it, which shows at the very end.
        var archive = new TestArchive { Describe = entry => entry.StartOffset == 1_000 ? entry with { UncompressedSize = entry.UncompressedSize + 1 } : entry };
        archive.AddSegments("t", 0, TestRecords.Ordinary(3_000), 1_000);
        var reading = await ReadAsync(await archive.WriteManifestAsync(), archive.Plan(), new ListedSkips(), LaneStart.New(1, 0), int.MaxValue);

        Assert.Equal([.. Enumerable.Range(0, 1_000), .. Enumerable.Range(2_000, 1_000)], reading.Records.Select(record => (int)record.Offset));
        Assert.Equal(1_000, reading.Snapshot.Tallies[0].Damaged);
    }

    [Fact]
    public async Task A_segment_of_a_storage_that_is_away_is_not_lost()
    {
        var archive = new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(30), 10);

        // No manifest stands in this storage: the disk is not mounted, or the bucket is another one.
        var away = new LackingStorage(archive.Storage) { Missing = { archive.KeyOf("t", 0, 1) } };
        var skips = new ListedSkips();
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(archive, archive.Plan(), skips, LaneStart.New(1, 0), int.MaxValue, storage: away));

        Assert.Equal(ErrorCodes.SegmentMissing, failure.Code);
        Assert.Empty(skips.All);
    }

    [Fact]
    public async Task A_segment_of_which_an_earlier_run_has_restored_records_is_not_left_out()
    {
        var archive = await new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(30), 10).WriteManifestAsync();
        var skips = new ListedSkips();
        var before = await ReadAsync(archive, archive.Plan(), skips, LaneStart.New(1, 0), 15);
        await archive.DamageAsync("t", 0, 1);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(archive, archive.Plan(), skips, before.Next(), int.MaxValue));

        Assert.Equal(ErrorCodes.ArchiveCorrupt, failure.Code);
        Assert.Contains("an earlier run may have restored", failure.Message, StringComparison.Ordinal);
        Assert.Empty(skips.All);
    }

    [Fact]
    public async Task A_record_without_room_for_added_headers_is_left_out_in_every_run_and_noted_once()
    {
        var full = TestRecords.Record(1, headers: [.. Enumerable.Range(0, ushort.MaxValue - 1).Select(_ => TestRecords.Header("h", null))]);
        var archive = await new TestArchive().AddSegment("t", 0, [TestRecords.Record(0), full, TestRecords.Record(2)]).WriteManifestAsync();
        var plan = archive.Plan(options => options with { Headers = new HeaderOptions { Add = true } });
        var skips = new ListedSkips();

        var before = await ReadAsync(archive, plan, skips, LaneStart.New(1, 0), 1);
        var after = await ReadAsync(archive, plan, skips, before.Next(), int.MaxValue);

        Assert.Equal([0, 2], before.Records.Concat(after.Records).Select(record => record.Offset));
        var skip = Assert.Single(skips.All);
        Assert.Equal((1, ErrorCodes.RecordNotRepresentable.Word), (skip.FirstOffset, skip.Code));
        Assert.Equal(1, after.Snapshot.Tallies[0].Unwritable);
    }

    [Fact]
    public async Task Beyond_the_most_records_the_lane_stops()
    {
        var archive = await new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(30), 10).WriteManifestAsync();
        var skips = new ListedSkips();
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(archive, archive.Plan(), skips, LaneStart.New(1, 0), int.MaxValue, offset => offset % 3 == 0, mostRecords: 4));

        Assert.Equal(ErrorCodes.ProduceRefused, failure.Code);
        Assert.Contains("t/0 offset 12", failure.Message, StringComparison.Ordinal);
        Assert.Equal([0L, 3, 6, 9], skips.All.Select(skip => skip.FirstOffset));
    }

    [Fact]
    public async Task A_decision_that_cannot_be_kept_ends_the_lane_and_is_not_taken()
    {
        var archive = await new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(30), 10).WriteManifestAsync();
        await archive.DamageAsync("t", 0, 1);
        var skips = new ListedSkips { BeforeAppend = _ => throw new RestoreException(ErrorCodes.StateUnwritable, "no room", "file") };

        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(archive, archive.Plan(), skips, LaneStart.New(1, 0), int.MaxValue));

        Assert.Equal(ErrorCodes.StateUnwritable, failure.Code);
    }

    private static async Task AssertResumesAsync(int seed)
    {
        var random = new Random(seed);
        var (archive, change) = await DrawAsync(random);
        var plan = archive.Plan(change);
        var lane = Assert.Single(plan.Lanes);
        var storage = new LackingStorage(archive.Storage);
        var lost = await LoseAsync(archive, storage, plan, random);
        Func<long, bool> refused = random.Next(2) == 0 ? static offset => offset % 11 == 3 : static _ => false;

        var noted = new ListedSkips();
        var whole = await ReadAsync(archive, plan, noted, LaneStart.New(lane.Sources.Count, 0), int.MaxValue, refused, storage: storage);
        Assert.Equal(lane.RecordCount, whole.Records.Count + whole.Snapshot.Tallies.Sum(tally => tally.Total));
        Assert.Equal(lost.Values.Sum(segment => segment.Records), whole.Snapshot.Tallies.Sum(tally => tally.Damaged));
        Assert.Equal(lost.Keys.Order(StringComparer.Ordinal), noted.All.Where(skip => skip.IsSegment).Select(skip => skip.Object!).Order(StringComparer.Ordinal));
        var rest = PlanBuilder.Build(archive.ToManifest(without: lost.Keys), change(archive.Options()));
        var without = rest.Lanes.Count == 0 ? [] : await Streams.ReadAsync(Streams.Open(archive.Storage, rest, rest.Lanes.Single(), new MemoryBudget(64 << 20)));
        RecordComparison.AssertEqual([.. without.Where(record => !refused(record.Offset))], whole.Records, $"seed {seed}");

        var again = new ListedSkips();
        var records = new List<RecordData>();
        var start = LaneStart.New(lane.Sources.Count, 0);
        Reading last;
        do
        {
            last = await ReadAsync(archive, plan, again, start, random.Next(0, 60), refused, storage: storage, blockBytes: random.Next(300, 2_000));
            records.AddRange(last.Records);
            start = last.Next();
            if (random.Next(3) == 0)
            {
                await RepairAsync(archive, storage, lost, again);
            }
        }
        while (!last.Ended);

        RecordComparison.AssertEqual(whole.Records, records, $"seed {seed}");
        Assert.Equal(whole.Snapshot.Tallies, last.Snapshot.Tallies);
        Assert.Equal(whole.LeftOut, last.LeftOut);
        Assert.Equal(whole.Segments, last.Segments);
        Assert.Equal(noted.All, again.All);
    }

    /// <summary>What was noted as lost comes back; it stays left out.</summary>
    private static async Task RepairAsync(TestArchive archive, LackingStorage storage, Dictionary<string, (byte[] Content, long Records)> lost, ListedSkips noted)
    {
        foreach (var skip in noted.All.Where(skip => skip.IsSegment))
        {
            storage.Missing.Remove(skip.Object!);
            await archive.Storage.WriteAsync(skip.Object!, lost[skip.Object!].Content, WriteMode.Replace, CancellationToken.None);
        }
    }

    private static async Task<Dictionary<string, (byte[] Content, long Records)>> LoseAsync(TestArchive archive, LackingStorage storage, RestorePlan plan, Random random)
    {
        var lost = new Dictionary<string, (byte[], long)>(StringComparer.Ordinal);
        foreach (var source in plan.Lanes.Single().Sources)
        {
            foreach (var segment in source.Segments.Where(_ => random.Next(4) == 0))
            {
                var key = segment.KeyIn(archive.BackupId, source.Topic, source.Partition);
                var content = new byte[segment.CompressedSize];
                await archive.Storage.ReadAsync(key, 0, content, CancellationToken.None);
                lost.Add(key, (content, segment.RecordCount));
                var damaged = content.ToArray();
                damaged[random.Next(damaged.Length)] ^= 0x10;
                switch (random.Next(3))
                {
                    case 0:
                        storage.Missing.Add(key);
                        break;
                    case 1:
                        await archive.Storage.WriteAsync(key, damaged, WriteMode.Replace, CancellationToken.None);
                        break;
                    default:
                        await archive.Storage.WriteAsync(key, content.AsMemory(0, random.Next(content.Length)), WriteMode.Replace, CancellationToken.None);
                        break;
                }
            }
        }

        return lost;
    }

    private static async Task<(TestArchive Archive, Func<RestoreOptions, RestoreOptions> Change)> DrawAsync(Random random)
    {
        var archive = new TestArchive { IsolationLevel = null, Compression = (SegmentCompression)random.Next(3) };
        var sources = random.Next(1, 4);
        for (var partition = 0; partition < sources; partition++)
        {
            long offset = random.Next(50);

            // One that stays whole, so that there always is something to restore.
            archive.AddSegment("t", partition, TestRecords.Ordinary(random.Next(1, 40), offset));
            offset += 50;
            for (var segments = random.Next(0, 6); segments > 0; segments--)
            {
                var records = TestRecords.Ordinary(random.Next(1, 40), offset, step: random.Next(1, 3));
                archive.AddSegment("t", partition, records);
                if (random.Next(3) == 0)
                {
                    archive.AddSegment("t", partition, [.. records.Skip(random.Next(records.Count)).Take(random.Next(1, 40))]);
                }

                offset = records[^1].Offset + random.Next(1, 5);
            }
        }

        var windowed = random.Next(2) == 0;
        var headers = random.Next(2) == 0 ? new HeaderOptions() : new HeaderOptions { Add = true };
        return (await archive.WriteManifestAsync(), options => options with
        {
            Headers = headers,
            Selection = new SelectionOptions { TimeWindowStart = windowed ? TestRecords.SomeTime + 60 : null },
            Mapping = new MappingOptions { Partitions = Enumerable.Range(0, sources).ToDictionary(partition => partition, _ => 0) },
        });
    }

    /// <summary>Reads on from <paramref name="start"/> until <paramref name="most"/> records are acknowledged and one more piece is begun, in blocks of any size.</summary>
    private static async Task<Reading> ReadAsync(
        TestArchive archive, RestorePlan plan, ListedSkips noted, LaneStart start, int most, Func<long, bool>? refused = null, int mostRecords = LaneSkips.MostRecords, IArchiveStorage? storage = null, int blockBytes = 700)
    {
        var lane = Assert.Single(plan.Lanes);
        var counters = start.Sources.Select(source => new SourceCounters(source.Tally)).ToList();
        var status = new LaneStatus(lane, TimeProvider.System);
        var journal = new LaneJournal(status, start);
        status.Begin(start, 0, counters);
        var reader = new SegmentReader(storage ?? archive.Storage, new MemoryBudget(64 << 20), new SegmentReadOptions { BlockBytes = blockBytes, ProveRecords = true });
        var stream = new LaneStream(plan, lane, reader, new MemoryBudget(8 << 20), from: start.Position, counters: counters) { Skips = new StreamSkips(plan.BackupId, s_all, noted.All) };
        var skips = new LaneSkips(lane, journal, status, noted, [.. noted.All], mostRecords);
        var records = new List<RecordData>();
        await using var feed = new LaneFeed([(1, stream)], journal, skips);
        var end = start.TargetEnd;
        var ended = false;
        while (feed.Block is null && !(ended = !await feed.MoveNextAsync(comparing: false, CancellationToken.None)) && records.Count < most)
        {
            while (feed.Block is { } block && records.Count < most)
            {
                var (count, length, refusedOffset) = Measure(block, most - records.Count, refused ?? (static _ => false));
                if (count > 0)
                {
                    using var taken = feed.TakeFirst(count, length);
                    records.AddRange(Copy(taken));
                    FoundRecords.Acknowledge(journal, taken, end);
                    end += count;
                }

                if (refusedOffset is { } offset && records.Count < most)
                {
                    var source = feed.Block!.Source;
                    using var left = feed.TakeFirst(1, RecordView.At(feed.Block.Bytes).Encoded.Length);
                    await skips.LeaveOutAsync(new UnwritableRecord(source, offset, new RestoreException(ErrorCodes.RecordTooLarge, $"offset {offset}", "t/0")), CancellationToken.None);
                }
            }
        }

        var leftOut = counters.Select(counter => (counter.UnwritableCount, counter.DamagedCount)).ToList();
        return new Reading(records, journal.Snapshot(), leftOut, [.. counters.Select(counter => counter.SegmentsRead)], ended);
    }

    /// <summary>The records up to the first one that is refused.</summary>
    private static (int Count, int Length, long? Refused) Measure(RecordBlock block, int most, Func<long, bool> refused)
    {
        var (count, length) = (0, 0);
        foreach (var record in block)
        {
            if (refused(record.Offset))
            {
                return (count, length, record.Offset);
            }

            if (count == most)
            {
                break;
            }

            count++;
            length += record.Encoded.Length;
        }

        return (count, length, null);
    }

    private static List<RecordData> Copy(RecordBlock block)
    {
        var records = new List<RecordData>();
        foreach (var record in block)
        {
            records.Add(RecordData.From(record));
        }

        return records;
    }

    private sealed record Reading(List<RecordData> Records, LaneSnapshot Snapshot, List<(long Unwritable, long Damaged)> LeftOut, List<long> Segments, bool Ended)
    {
        /// <summary>Where the next run goes on, by what this one's checkpoint says.</summary>
        public LaneStart Next() => new(
            Snapshot.Position,
            Snapshot.TargetEnd,
            RecordTail.From(Snapshot.Tail),
            [.. Snapshot.Tallies.Zip(Snapshot.Maps, (tally, map) => new LaneSourceStart(default, tally, map.State))]);
    }
}
