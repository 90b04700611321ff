using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

public sealed class ArchiveCatalogTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a a/manifest.json", "a")]
    [InlineData("b/manifest.json a/manifest.json", "a", "b")]
    [InlineData("team/eu/nightly/manifest.json team/us/manifest.json", "team/eu/nightly", "team/us")]
    [InlineData("a/manifest.json a/b/manifest.json", "a")]
    [InlineData("manifest.json a/b/c.json")]
    [InlineData("a/manifest.json.bak b/xmanifest.json c/manifest.json/x")]
    [InlineData("a/topics/t/partition=0/segment-1.bin a/.manifest.json.kb-tmp-1-2 b/manifest.json", "b")]
    public async Task Folders_with_a_manifest_are_found(string keys, params string[] expected)
    {
        var storage = new InMemoryStorage();
        foreach (var key in keys.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            await storage.WriteAsync(key, "x"u8.ToArray(), default, default);
        }

        Assert.Equal(expected, await ListAsync(storage));
    }

    [Fact]
    public async Task The_golden_archives_are_found()
    {
        await using var storage = Golden.OpenStorage();
        var found = await ListAsync(storage);
        Assert.Contains("shop-0.17", found);
        Assert.Equal(Directory.GetDirectories(Golden.Backups).Length, found.Count);
    }

    [Fact]
    public async Task What_lies_inside_an_archive_is_not_listed()
    {
        var storage = new InMemoryStorage();
        await new ArchiveBuilder("x/y").Segment("t", 0, default, ArchiveBuilderRecords.Plain(1)).WriteAsync(storage);
        var spy = new ListSpy(storage);
        Assert.Equal(["x/y"], await ListAsync(spy));
        Assert.Equal(["", "x", "x/y"], spy.Listed);
    }

    [Fact]
    public async Task Folders_without_end_are_not_followed_for_ever()
    {
        var storage = new InMemoryStorage();
        await storage.WriteAsync(string.Concat(Enumerable.Repeat("d/", 100)) + "manifest.json", "x"u8.ToArray(), default, default);
        Assert.Empty(await ListAsync(storage));
    }

    private static async Task<List<string>> ListAsync(IArchiveStorage storage)
    {
        var ids = new List<string>();
        await foreach (var id in ArchiveCatalog.ListAsync(storage, default))
        {
            ids.Add(id);
        }

        return ids;
    }

    private sealed class ListSpy(IArchiveStorage inner) : ForwardingStorage(inner)
    {
        public List<string> Listed { get; } = [];

        public override IAsyncEnumerable<StorageEntry> ListAsync(string folder, bool recursive, CancellationToken cancellationToken)
        {
            Assert.False(recursive);
            Listed.Add(folder);
            return base.ListAsync(folder, recursive, cancellationToken);
        }
    }
}
