using System.Text;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Reading;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Tests.Storage.Conformance;

/// <summary>What every storage does alike; one small subclass for each.</summary>
public abstract class StorageConformance : IAsyncLifetime
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private IArchiveStorage? _storage;

    private IArchiveStorage Storage => _storage ?? throw new InvalidOperationException("not initialized");

    public static IEnumerable<string> HostileKeys =>
    [
        "", "/", "/a", "//a", "a//b", "a/", "..", "../a", "a/..", "a/../b", "a/../../b", ".", "./a", "a/.", "a/./b",
        "a\\b", "..\\a", "a\0b", "\0", new string('k', StorageKey.MaxBytes + 1), new string('é', StorageKey.MaxBytes), "a\ud800b",
    ];

    public async Task InitializeAsync() => _storage = await OpenAsync();

    public async Task DisposeAsync()
    {
        await Storage.DisposeAsync();
        await CloseAsync();
    }

    /// <summary>Opens an empty storage.</summary>
    protected abstract ValueTask<IArchiveStorage> OpenAsync();

    protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;

    [ConformanceFact]
    public async Task What_was_written_is_read_back()
    {
        var content = Bytes(10_000);
        await WriteAsync("shop/topics/orders/partition=0/segment-1.bin.zst", content);

        Assert.Equal(content, await ReadAsync("shop/topics/orders/partition=0/segment-1.bin.zst", 0, content.Length));
    }

    [ConformanceFact]
    public async Task A_range_is_read_from_the_middle()
    {
        var content = Bytes(10_000);
        await WriteAsync("a", content);

        Assert.Equal(content[4_321..5_000], await ReadAsync("a", 4_321, 679));
        Assert.Equal(content[9_999..], await ReadAsync("a", 9_999, 1));
    }

    [ConformanceFact]
    public async Task A_read_across_the_end_gives_what_there_is_and_touches_nothing_behind_it()
    {
        var content = Bytes(1_000);
        await WriteAsync("a", content);
        var destination = new byte[500];
        destination.AsSpan().Fill(0xEE);

        var read = await Storage.ReadAsync("a", 900, destination, s_none);

        Assert.Equal(100, read);
        Assert.Equal(content[900..], destination[..100]);
        Assert.All(destination[100..], b => Assert.Equal(0xEE, b));
    }

    [ConformanceFact]
    public async Task A_read_at_or_beyond_the_end_gives_nothing()
    {
        await WriteAsync("a", Bytes(1_000));

        Assert.Equal(0, await Storage.ReadAsync("a", 1_000, new byte[10], s_none));
        Assert.Equal(0, await Storage.ReadAsync("a", 1_001, new byte[10], s_none));
        Assert.Equal(0, await Storage.ReadAsync("a", 1L << 40, new byte[10], s_none));
    }

    [ConformanceFact]
    public async Task An_empty_destination_reads_nothing()
    {
        await WriteAsync("a", Bytes(10));

        Assert.Equal(0, await Storage.ReadAsync("a", 5, Memory<byte>.Empty, s_none));
    }

    [ConformanceFact]
    public async Task A_negative_offset_is_the_callers_defect()
    {
        await WriteAsync("a", Bytes(10));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Storage.ReadAsync("a", -1, new byte[1], s_none));
    }

    [ConformanceFact]
    public async Task An_empty_object_exists_and_has_no_bytes()
    {
        await WriteAsync("folder/empty", []);

        Assert.Equal(0, (await Storage.StatAsync("folder/empty", s_none))!.Size);
        Assert.Equal(0, await Storage.ReadAsync("folder/empty", 0, new byte[10], s_none));
        Assert.Equal(["folder/empty"], await KeysAsync("folder", recursive: true));
    }

    [ConformanceFact]
    public async Task A_large_object_is_read_whole_by_ranges()
    {
        var content = Bytes((Storage.Properties.PreferredReadBytes * 2) + 12_345);
        await WriteAsync("large", content);
        var whole = new byte[content.Length];

        await ObjectReader.ReadWholeAsync(Storage, "large", whole, s_none);

        Assert.True(content.AsSpan().SequenceEqual(whole));
    }

    [ConformanceFact]
    public async Task A_large_object_is_read_in_order_by_chunks()
    {
        var content = Bytes((Storage.Properties.PreferredReadBytes * 2) + 12_345);
        await WriteAsync("large", content);
        var position = 0;

        await foreach (var chunk in ObjectReader.ReadChunksAsync(Storage, "large", content.Length))
        {
            Assert.True(content.AsSpan(position, chunk.Length).SequenceEqual(chunk.Span), $"chunk at {position}");
            position += chunk.Length;
        }

        Assert.Equal(content.Length, position);
    }

    [ConformanceFact]
    public async Task An_object_shorter_than_expected_is_corrupt()
    {
        await WriteAsync("short", Bytes(100));

        var error = await Assert.ThrowsAsync<RestoreException>(
            async () => await ObjectReader.ReadWholeAsync(Storage, "short", new byte[101], s_none));

        Assert.Equal(ErrorCodes.ArchiveCorrupt, error.Code);
        Assert.Contains("ends at byte 100, expected 101", error.Message);
    }

    [ConformanceFact]
    public async Task A_stat_tells_size_and_time()
    {
        await WriteAsync("a/b", Bytes(77));

        var entry = await Storage.StatAsync("a/b", s_none);

        Assert.NotNull(entry);
        Assert.Equal(("a/b", false, 77L), (entry.Key, entry.IsFolder, entry.Size));
        Assert.Equal(TimeSpan.Zero, entry.LastModified!.Value.Offset);
    }

    [ConformanceFact]
    public async Task A_missing_object_has_no_stat_and_cannot_be_read()
    {
        await WriteAsync("a/b/c", Bytes(1));

        foreach (var key in new[] { "x", "a", "a/b", "a/b/x", "a/b/c/d" })
        {
            Assert.Null(await Storage.StatAsync(key, s_none));
            await AssertFailsAsync(ErrorCodes.SegmentMissing, async () => await Storage.ReadAsync(key, 0, new byte[1], s_none));
        }
    }

    [ConformanceFact]
    public async Task Replacing_changes_the_whole_object()
    {
        await WriteAsync("a", Bytes(1_000));
        await WriteAsync("a", Encoding.UTF8.GetBytes("short"));

        Assert.Equal("short", Encoding.UTF8.GetString(await ReadAsync("a", 0, 1_000)));
    }

    [ConformanceFact]
    public async Task Creating_what_exists_is_a_conflict_and_changes_nothing()
    {
        await Storage.WriteAsync("a/lock", Encoding.UTF8.GetBytes("first"), WriteMode.CreateNew, s_none);

        await AssertFailsAsync(
            ErrorCodes.StorageConflict,
            async () => await Storage.WriteAsync("a/lock", Encoding.UTF8.GetBytes("second"), WriteMode.CreateNew, s_none));

        Assert.Equal("first", Encoding.UTF8.GetString(await ReadAsync("a/lock", 0, 100)));
    }

    [ConformanceFact]
    public async Task Of_many_who_create_the_same_object_one_wins_and_its_content_stays()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = $"locks/{round}";
            using var start = new Barrier(4);
            var writers = Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return TryCreateAsync(key, (byte)i);
                },
                TaskCreationOptions.LongRunning).Unwrap());

            var won = await Task.WhenAll(writers);

            Assert.Equal(1, won.Count(w => w));
            Assert.Equal([(byte)Array.IndexOf(won, true)], await ReadAsync(key, 0, 10));
        }
    }

    [ConformanceFact]
    public async Task A_listing_is_folder_based_and_in_order()
    {
        foreach (var key in new[] { "a/z", "a/b/2", "a/b/1", "a/b-c", "a/b.d", "ab/x", "a-b", "c", "a/B" })
        {
            await WriteAsync(key, Bytes(3));
        }

        Assert.Equal(["a/B", "a/b-c", "a/b.d", "a/b/1", "a/b/2", "a/z"], await KeysAsync("a", recursive: true));
        Assert.Equal(["a/B", "a/b-c", "a/b.d", "a/b/", "a/z"], await KeysAsync("a", recursive: false));
        Assert.Equal(["a/b/1", "a/b/2"], await KeysAsync("a/b", recursive: false));
        Assert.Equal(["a-b", "a/", "ab/", "c"], await KeysAsync("", recursive: false));
        Assert.Equal(9, (await KeysAsync("", recursive: true)).Count);
    }

    [ConformanceFact]
    public async Task A_missing_folder_and_an_object_list_as_empty()
    {
        await WriteAsync("a/b", Bytes(3));

        Assert.Empty(await KeysAsync("nothing", recursive: true));
        Assert.Empty(await KeysAsync("a/nothing/deep", recursive: false));
        Assert.Empty(await KeysAsync("a/b", recursive: false));
        Assert.Empty(await KeysAsync("a/b", recursive: true));
    }

    [ConformanceFact]
    public async Task A_listing_has_all_of_more_than_a_thousand_objects()
    {
        const int Count = 1_050;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) => await WriteAsync($"many/{i:d5}", [1]));

        var expected = Enumerable.Range(0, Count).Select(i => $"many/{i:d5}").ToList();
        Assert.Equal(expected, await KeysAsync("many", recursive: false));
        Assert.Equal(expected, await KeysAsync("", recursive: true));
    }

    [ConformanceFact]
    public async Task Many_readers_of_one_object_all_see_it_whole()
    {
        var content = Bytes(300_000);
        await WriteAsync("shared", content);

        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var offset = i * 4_000;
            var read = await ReadAsync("shared", offset, 50_000);
            Assert.True(content.AsSpan(offset, Math.Min(50_000, content.Length - offset)).SequenceEqual(read));
        });
    }

    [ConformanceFact]
    public async Task A_reader_sees_the_old_or_the_new_object_never_a_mixture()
    {
        var one = Enumerable.Repeat((byte)1, 50_000).ToArray();
        var two = Enumerable.Repeat((byte)2, 50_000).ToArray();
        await WriteAsync("a", one);
        var writer = Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await WriteAsync("a", i % 2 == 0 ? two : one);
            }
        });

        do
        {
            var seen = await ReadAsync("a", 0, 60_000);
            Assert.Equal(50_000, seen.Length);
            Assert.Equal(-1, seen.AsSpan().IndexOfAnyExcept(seen[0]));
        }
        while (!writer.IsCompleted);
        await writer;
    }

    [ConformanceFact]
    public async Task Keys_with_odd_characters_are_kept()
    {
        string[] keys = ["odd/~tilde", "odd/a b", "odd/100%", "odd/é", "odd/#hash?", "odd/[x]{y}", "odd/%41", "odd/a+b=c&d", "odd/日本", "odd/…", "odd/.hidden"];
        foreach (var key in keys)
        {
            await WriteAsync(key, Encoding.UTF8.GetBytes(key));
        }

        foreach (var key in keys)
        {
            Assert.Equal(key, Encoding.UTF8.GetString(await ReadAsync(key, 0, 100)));
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), (await KeysAsync("odd", recursive: true)).Order(StringComparer.Ordinal));
    }

    [ConformanceFact]
    public async Task Hostile_keys_are_refused_by_every_operation()
    {
        foreach (var key in HostileKeys)
        {
            await AssertFailsAsync(ErrorCodes.ArchiveUnsafeKey, async () => await Storage.StatAsync(key, s_none));
            await AssertFailsAsync(ErrorCodes.ArchiveUnsafeKey, async () => await Storage.ReadAsync(key, 0, new byte[1], s_none));
            await AssertFailsAsync(ErrorCodes.ArchiveUnsafeKey, async () => await Storage.WriteAsync(key, new byte[1], WriteMode.Replace, s_none));
            await AssertFailsAsync(ErrorCodes.ArchiveUnsafeKey, async () => await Storage.DeleteAsync(key, s_none));
            if (key.Length > 0)
            {
                await AssertFailsAsync(ErrorCodes.ArchiveUnsafeKey, async () => await KeysAsync(key, recursive: true));
            }
        }
    }

    [ConformanceFact]
    public async Task What_was_removed_is_gone_and_nothing_else()
    {
        await WriteAsync("snapshots/one/a", Bytes(3));
        await WriteAsync("snapshots/one/b", Bytes(3));
        await WriteAsync("snapshots/one-more/a", Bytes(3));

        await Storage.DeleteAsync("snapshots/one/a", s_none);

        Assert.Null(await Storage.StatAsync("snapshots/one/a", s_none));
        await AssertFailsAsync(ErrorCodes.SegmentMissing, async () => await Storage.ReadAsync("snapshots/one/a", 0, new byte[1], s_none));
        Assert.Equal(["snapshots/one-more/a", "snapshots/one/b"], (await KeysAsync("", recursive: true)).Order(StringComparer.Ordinal));
    }

    [ConformanceFact]
    public async Task A_folder_is_gone_with_its_last_object()
    {
        await WriteAsync("snapshots/one/deep/a", Bytes(3));
        await WriteAsync("snapshots/two/a", Bytes(3));

        await Storage.DeleteAsync("snapshots/one/deep/a", s_none);

        Assert.Equal(["snapshots/two/"], await KeysAsync("snapshots", recursive: false));
        await Storage.DeleteAsync("snapshots/two/a", s_none);
        Assert.Empty(await KeysAsync("", recursive: false));
        await WriteAsync("snapshots/three/a", Bytes(3));
        Assert.Equal(["snapshots/three/a"], await KeysAsync("", recursive: true));
    }

    [ConformanceFact]
    public async Task Removing_what_is_not_there_is_no_failure_and_a_folder_is_no_object()
    {
        await WriteAsync("folder/a", Bytes(3));

        await Storage.DeleteAsync("missing", s_none);
        await Storage.DeleteAsync("missing/too", s_none);
        await Storage.DeleteAsync("folder", s_none);

        Assert.Equal(["folder/a"], await KeysAsync("", recursive: true));
    }

    [ConformanceFact]
    public async Task A_removed_object_can_be_created_anew()
    {
        await WriteAsync("a", Bytes(3));
        await Storage.DeleteAsync("a", s_none);

        Assert.True(await TryCreateAsync("a", 7));
        Assert.Equal([7], await ReadAsync("a", 0, 10));
    }

    [ConformanceFact]
    public async Task A_cancelled_operation_says_so()
    {
        await WriteAsync("a", Bytes(10));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Storage.StatAsync("a", cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Storage.ReadAsync("a", 0, new byte[10], cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Storage.WriteAsync("b", new byte[10], WriteMode.Replace, cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Storage.DeleteAsync("a", cancelled.Token));
        Assert.NotNull(await Storage.StatAsync("a", s_none));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Storage.ListAsync("", recursive: true, cancelled.Token))
            {
            }
        });
        Assert.Null(await Storage.StatAsync("b", s_none));
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static async Task AssertFailsAsync(ErrorCode code, Func<Task> operation)
    {
        var error = await Assert.ThrowsAsync<RestoreException>(operation);
        Assert.Equal(code, error.Code);
    }

    private async Task<bool> TryCreateAsync(string key, byte content)
    {
        try
        {
            await Storage.WriteAsync(key, new[] { content }, WriteMode.CreateNew, s_none);
            return true;
        }
        catch (RestoreException error) when (error.Code == ErrorCodes.StorageConflict)
        {
            return false;
        }
    }

    private ValueTask WriteAsync(string key, byte[] content) => Storage.WriteAsync(key, content, WriteMode.Replace, s_none);

    private async Task<byte[]> ReadAsync(string key, long offset, int count)
    {
        var destination = new byte[count];
        var read = await Storage.ReadAsync(key, offset, destination, s_none);
        return destination[..read];
    }

    private async Task<List<string>> KeysAsync(string folder, bool recursive)
    {
        var keys = new List<string>();
        await foreach (var entry in Storage.ListAsync(folder, recursive, s_none))
        {
            keys.Add(entry.IsFolder ? entry.Key + "/" : entry.Key);
        }

        return keys;
    }
}
