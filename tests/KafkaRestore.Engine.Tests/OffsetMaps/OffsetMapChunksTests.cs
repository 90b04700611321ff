using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Storage;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.OffsetMaps;

/// <summary>What every storage of chunks must do.</summary>
public abstract class OffsetMapChunksTests
{
    private protected abstract IOffsetMapChunks Chunks { get; }

    [Fact]
    public async Task A_chunk_is_read_back_whole_and_in_parts()
    {
        await Chunks.PutAsync(3, (byte[])[1, 2, 3, 4, 5], default);
        Assert.Equal([1, 2, 3, 4, 5], await ReadAsync(3, 0, 5));
        Assert.Equal([1, 2, 3, 4, 5], await ReadAsync(3, 0, 100));
        Assert.Equal([3, 4], await ReadAsync(3, 2, 2));
        Assert.Equal([5], await ReadAsync(3, 4, 10));
        Assert.Empty(await ReadAsync(3, 5, 10));
        Assert.Empty(await ReadAsync(3, 500, 10));
    }

    [Fact]
    public async Task A_chunk_replaces_one_of_its_number()
    {
        await Chunks.PutAsync(0, (byte[])[1, 2, 3, 4, 5], default);
        await Chunks.PutAsync(0, (byte[])[9], default);
        Assert.Equal([9], await ReadAsync(0, 0, 10));
    }

    [Fact]
    public async Task The_bytes_may_be_used_again_after_putting()
    {
        byte[] bytes = [1, 2];
        await Chunks.PutAsync(0, bytes, default);
        bytes[0] = 7;
        Assert.Equal([1, 2], await ReadAsync(0, 0, 10));
    }

    [Fact]
    public async Task A_missing_chunk_is_named()
    {
        await Chunks.PutAsync(0, (byte[])[1], default);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(1, 0, 1));
        Assert.Equal((ErrorCodes.StateCorrupt, Chunks.NameOf(1)), (failure.Code, failure.Where));
    }

    [Fact]
    public async Task Deleting_leaves_nothing_and_may_be_repeated()
    {
        await Chunks.DeleteAllAsync(default);
        await Chunks.PutAsync(0, (byte[])[1], default);
        await Chunks.PutAsync(12, (byte[])[1], default);
        await Chunks.DeleteAllAsync(default);
        await Chunks.DeleteAllAsync(default);
        await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(0, 0, 1));
        await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(12, 0, 1));
    }

    [Fact]
    public async Task A_map_of_many_chunks_lives_in_it()
    {
        var drawn = RandomRuns.FromSeed(5, 2_000);
        var writer = new OffsetMapWriter(200);
        foreach (var run in drawn.Appended)
        {
            writer.Append(run);
        }

        var snapshot = writer.Snapshot();
        await snapshot.PutAsync(Chunks, default);
        var map = await OffsetMap.OpenAsync(Chunks, snapshot.State, new OffsetMapCache(1000), default);
        foreach (var (source, target) in drawn.Records)
        {
            Assert.Equal(new OffsetTranslation(TranslationKind.Record, source, target), await map.TranslateAsync(source, default));
        }
    }

    private protected async Task<byte[]> ReadAsync(int number, long offset, int count)
    {
        var bytes = new byte[count];
        return bytes[..await Chunks.ReadAsync(number, offset, bytes, default)];
    }
}

public sealed class InMemoryOffsetMapChunksTests : OffsetMapChunksTests
{
    private protected override IOffsetMapChunks Chunks { get; } = new InMemoryOffsetMapChunks();
}

public sealed class DirectoryOffsetMapChunksTests : OffsetMapChunksTests, IDisposable
{
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("kafka-restore-map-");

    private protected override IOffsetMapChunks Chunks => new DirectoryOffsetMapChunks(Path.Combine(_scratch.FullName, "map"));

    [Fact]
    public async Task No_unfinished_file_is_left()
    {
        await Chunks.PutAsync(0, (byte[])[1], default);
        await Chunks.PutAsync(0, (byte[])[1], default);
        Assert.Equal([Chunks.NameOf(0)], Directory.GetFiles(Path.Combine(_scratch.FullName, "map")));
    }

    [Fact]
    public async Task A_cancelled_put_leaves_the_old_chunk()
    {
        await Chunks.PutAsync(0, (byte[])[1], default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Chunks.PutAsync(0, (byte[])[2], new CancellationToken(canceled: true)).AsTask());
        Assert.Equal([1], await ReadAsync(0, 0, 10));
        Assert.Single(Directory.GetFiles(Path.Combine(_scratch.FullName, "map")));
    }

    [Fact]
    public async Task What_a_killed_run_left_unfinished_is_deleted_too_and_nothing_else()
    {
        await Chunks.PutAsync(0, (byte[])[1], default);
        var folder = Path.Combine(_scratch.FullName, "map");
        File.WriteAllText(Path.Combine(folder, ".chunk-00000001.map.kr-tmp-1-1"), "");
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "");
        await Chunks.DeleteAllAsync(default);
        Assert.Equal(["notes.txt"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_file_in_the_directorys_place_is_told()
    {
        File.WriteAllText(Path.Combine(_scratch.FullName, "map"), "");
        var failure = await Assert.ThrowsAsync<RestoreException>(() => Chunks.PutAsync(0, (byte[])[1], default).AsTask());
        Assert.Equal(ErrorCodes.StorageUnavailable, failure.Code);
    }

    public void Dispose() => _scratch.Delete(recursive: true);
}
