using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Engine.Times;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Times;

public sealed class TimeIndexTests
{
    private const int Entries = 40;

    [Fact]
    public async Task Reading_a_segment_gives_the_smallest_and_the_largest_time_wherever_they_stand()
    {
        using var indexed = new IndexedArchive(new TestArchive().AddSegment("t", 0, [.. new[] { 50L, 7, 900, 60 }.Select((time, offset) => TestRecords.Record(offset, time, [1], new byte[400]))]));
        Assert.Equal(new SegmentTimes(7, 900, 4), Assert.Single(await indexed.ReadTimesAsync()).Times);
    }

    [Fact]
    public async Task What_was_noted_is_known_to_the_next_one_and_what_was_not_is_not()
    {
        using var indexed = Sample();
        await indexed.NoteAsync(segment => segment.Entry.StartOffset % 20 == 0);
        var index = indexed.Open();
        foreach (var (segment, times) in await indexed.ReadTimesAsync())
        {
            Assert.Equal(segment.Entry.StartOffset % 20 == 0 ? times : null, index.Find(segment));
        }
    }

    [Fact]
    public async Task An_entry_takes_a_few_bytes()
    {
        using var indexed = Sample();
        await indexed.NoteAsync();
        Assert.True(new FileInfo(indexed.File).Length < 100 + (Entries * 28), $"{new FileInfo(indexed.File).Length} bytes for {Entries} segments");
    }

    [Fact]
    public async Task Another_content_under_the_same_key_is_not_known()
    {
        using var indexed = Sample();
        var index = await indexed.NoteAsync();
        var segment = indexed.Segments().First();
        Assert.NotNull(index.Find(segment));
        foreach (var changed in new[]
        {
            segment.Entry with { RecordCount = segment.Entry.RecordCount - 1 },
            segment.Entry with { CompressedSize = segment.Entry.CompressedSize + 1 },
            segment.Entry with { UploadedAt = 77 },
            segment.Entry with { Sha256 = segment.Entry.Sha256!.Value with { D = 1 } },
            segment.Entry with { Sha256 = null },
            segment.Entry with { LastTimestamp = 1 },
            segment.Entry with { OddKey = segment.Entry.OddKey + "x" },
        })
        {
            Assert.Null(index.Find(segment with { Entry = changed }));
        }
    }

    [Fact]
    public async Task The_index_of_another_archive_is_another_file()
    {
        using var indexed = Sample();
        await indexed.NoteAsync();
        var manifest = indexed.Archive.ToManifest();
        var storage = indexed.Archive.Storage.Properties;
        foreach (var index in new[]
        {
            TimeIndex.Open(indexed.Folder, Like(manifest.BackupId, createdAt: 2), storage),
            TimeIndex.Open(indexed.Folder, manifest, storage with { Location = "elsewhere" }),
            TimeIndex.Open(indexed.Folder, Like("other", manifest.CreatedAt), storage),
        })
        {
            Assert.NotEqual(indexed.File, index.FileName);
            Assert.Null(index.Find(indexed.Segments().First()));
        }
    }

    private static Manifest Like(string id, long createdAt) => new() { BackupId = id, CreatedAt = createdAt, Topics = [] };

    [Fact]
    public void Wherever_the_file_is_cut_off_or_damaged_nothing_wrong_is_known_and_writing_goes_on() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => AssertHarmlessAsync(seed).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public async Task Several_writers_share_the_file()
    {
        using var indexed = Sample();
        var times = await indexed.ReadTimesAsync();
        var writers = Enumerable.Range(0, 4).Select(_ => indexed.Open()).ToList();
        await Task.WhenAll(writers.Select((writer, number) => Task.Run(() =>
        {
            foreach (var (segment, known) in times.Where((_, i) => i % writers.Count == number))
            {
                writer.Add(segment, known);
                writer.Save();
            }
        })));

        Assert.All(writers, writer => Assert.Null(writer.Failure));
        var index = indexed.Open();
        Assert.Null(index.Damage);
        Assert.All(times, pair => Assert.Equal(pair.Times, index.Find(pair.Segment)));
    }

    [Fact]
    public async Task A_file_that_says_much_twice_is_written_anew_and_a_writer_that_knew_the_old_one_goes_on()
    {
        using var indexed = Sample();
        var times = await indexed.ReadTimesAsync();
        var late = indexed.Open();
        late.Add(times[^1].Segment, times[^1].Times);
        late.Save();
        var largest = 0L;
        for (var round = 0; round < 30; round++)
        {
            // Each opens before the others write, so that all of them note the same.
            var writers = Enumerable.Range(0, 3).Select(_ => TimeIndex.Open(Path.Combine(indexed.Folder, "none"), indexed.Archive.ToManifest(), indexed.Archive.Storage.Properties)).ToList();
            foreach (var writer in writers)
            {
                foreach (var (segment, known) in times.Take(20 + (round % 20)))
                {
                    writer.Add(segment, known);
                }

                writer.Save();
            }

            largest = Math.Max(largest, new FileInfo(writers[0].FileName!).Length);
        }

        var whole = TimeIndex.Open(Path.Combine(indexed.Folder, "none"), indexed.Archive.ToManifest(), indexed.Archive.Storage.Properties);
        Assert.All(times.Take(39), pair => Assert.Equal(pair.Times, whole.Find(pair.Segment)));
        Assert.True(largest < 28 * ((3 * Entries) + 300), $"it grew to {largest} bytes");
    }

    [Fact]
    public async Task A_later_version_is_refused_and_left_as_it_is()
    {
        using var indexed = Sample();
        await indexed.NoteAsync();
        var text = await File.ReadAllBytesAsync(indexed.File);
        text["kafka-restore times ".Length] = (byte)'9';
        await File.WriteAllBytesAsync(indexed.File, text);

        Assert.Equal(ErrorCodes.StateNewer, Assert.Throws<RestoreException>(() => indexed.Open()).Code);
        Assert.Equal(text, await File.ReadAllBytesAsync(indexed.File));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_told_and_what_is_known_stays_known()
    {
        using var indexed = Sample();
        var (segment, times) = (await indexed.ReadTimesAsync())[0];
        await File.WriteAllTextAsync(Path.Combine(indexed.Folder, "time-index"), "a file in the way");
        var index = indexed.Open();
        index.Add(segment, times);
        index.Save();
        Assert.Equal(ErrorCodes.StateUnwritable, index.Failure?.Code);
        Assert.Equal(times, index.Find(segment));
    }

    [Fact]
    public async Task Times_of_another_number_of_records_than_the_manifest_says_are_not_noted()
    {
        using var indexed = Sample();
        var (segment, times) = (await indexed.ReadTimesAsync())[0];
        var index = indexed.Open();
        index.Add(segment, times with { Records = times.Records + 1 });
        index.Add(segment, SegmentTimes.None);
        Assert.Null(index.Find(segment));
    }

    private static async Task AssertHarmlessAsync(int seed)
    {
        var random = new Random(seed);
        using var indexed = Sample();
        var times = await indexed.ReadTimesAsync();
        for (var next = 0; next < times.Count;)
        {
            var index = indexed.Open();
            for (var count = random.Next(1, 15); count > 0 && next < times.Count; count--, next++)
            {
                index.Add(times[next].Segment, times[next].Times);
            }

            index.Save();
        }

        var bytes = await File.ReadAllBytesAsync(indexed.File);
        var at = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0:
                bytes = bytes[..at];
                break;
            case 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                bytes = [.. bytes, .. bytes[at..]];
                break;
            default:
                random.NextBytes(bytes.AsSpan(at, random.Next(Math.Min(60, bytes.Length - at))));
                break;
        }

        await File.WriteAllBytesAsync(indexed.File, bytes);
        if (IndexFormat.ReadFirstLine(bytes, "").Version > IndexFormat.Version)
        {
            // The digit of the version was hit: the file may be a later program's, and stays as it is.
            Assert.Equal(ErrorCodes.StateNewer, Assert.Throws<RestoreException>(indexed.Open).Code);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(indexed.File));
            return;
        }

        var after = indexed.Open();
        Assert.All(times, pair => Assert.True(after.Find(pair.Segment) is not { } found || found == pair.Times, $"seed {seed}: {pair.Segment.Key}"));
        foreach (var (segment, known) in times)
        {
            after.Add(segment, known);
        }

        after.Save();
        Assert.Null(after.Failure);
        var last = indexed.Open();
        Assert.Null(last.Damage);
        Assert.All(times, pair => Assert.Equal(pair.Times, last.Find(pair.Segment)));
    }

    private static IndexedArchive Sample()
    {
        var random = new Random(1);
        return new IndexedArchive(new TestArchive().AddSegments("t", 0, Enumerable.Range(0, Entries * 10).Select(offset => TestRecords.Record(offset, 1_700_000_000_000 + random.Next(100_000), [1], [2])), 10));
    }
}
