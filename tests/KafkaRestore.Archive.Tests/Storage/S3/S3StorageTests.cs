using System.Text;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Reading;
using KafkaRestore.Archive.Storage.S3;
using KafkaRestore.Archive.Tests.Storage.Conformance;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.Storage.S3;

/// <summary>Against a real server.</summary>
public sealed class S3StorageTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private readonly string _prefix = S3Server.NewPrefix();

    [S3Fact]
    public async Task A_wrong_secret_is_denied()
    {
        await using var storage = Open(o => o with { SecretKey = new Secret("wrong") });

        await AssertFailsAsync(ErrorCodes.StorageDenied, async () => await storage.StatAsync("a", s_none));
        await AssertFailsAsync(ErrorCodes.StorageDenied, async () => await storage.ReadAsync("a", 0, new byte[1], s_none));
        await AssertFailsAsync(ErrorCodes.StorageDenied, async () => await storage.WriteAsync("a", new byte[1], WriteMode.Replace, s_none));
        await AssertFailsAsync(ErrorCodes.StorageDenied, async () => await ListAsync(storage));
    }

    [S3Fact]
    public async Task An_unknown_access_key_is_denied()
    {
        await using var storage = Open(o => o with { AccessKey = new Secret("nobody") });

        await AssertFailsAsync(ErrorCodes.StorageDenied, async () => await storage.ReadAsync("a", 0, new byte[1], s_none));
        await AssertFailsAsync(ErrorCodes.StorageDenied, async () => await storage.StatAsync("a", s_none));
    }

    [S3Fact]
    public async Task A_missing_bucket_is_named_by_every_operation()
    {
        await using var storage = Open(o => o with { Bucket = "no-such-bucket" });

        foreach (var operation in new Func<Task>[]
        {
            async () => await storage.StatAsync("a", s_none),
            async () => await storage.ReadAsync("a", 0, new byte[1], s_none),
            async () => await storage.WriteAsync("a", new byte[1], WriteMode.Replace, s_none),
            async () => await ListAsync(storage),
        })
        {
            var error = await AssertFailsAsync(ErrorCodes.StorageInvalid, operation);
            Assert.Contains("bucket does not exist", error.Message);
            Assert.Contains("no-such-bucket", error.Where);
        }
    }

    [S3Fact]
    public async Task The_prefix_stands_before_every_key_however_it_is_written()
    {
        await using (var plain = Open(o => o with { Prefix = _prefix + "/deep" }))
        {
            await plain.WriteAsync("a/b", Encoding.UTF8.GetBytes("content"), WriteMode.Replace, s_none);
        }

        Assert.Equal("content", await File.ReadAllTextAsync(Path.Combine(S3Server.Shared.BucketDirectory, _prefix, "deep", "a", "b")));
        foreach (var prefix in new[] { $"{_prefix}/deep/", $"/{_prefix}/deep", $"{_prefix}//deep//" })
        {
            await using var storage = Open(o => o with { Prefix = prefix });
            Assert.Equal(7, (await storage.StatAsync("a/b", s_none))!.Size);
            Assert.Equal("a/b", Assert.Single(await ListAsync(storage)).Key);
        }
    }

    [S3Fact]
    public async Task A_prefix_with_odd_characters_is_stored_percent_encoded()
    {
        await using var storage = Open(o => o with { Prefix = _prefix + "/~odd #1 é" });

        await storage.WriteAsync("100%/a", Encoding.UTF8.GetBytes("content"), WriteMode.Replace, s_none);

        Assert.True(File.Exists(Path.Combine(S3Server.Shared.BucketDirectory, _prefix, "%7Eodd %231 %C3%A9", "100%25", "a")));
        Assert.Equal("100%/a", Assert.Single(await ListAsync(storage)).Key);
    }

    [S3Fact]
    public async Task An_archive_copied_into_the_bucket_reads_as_it_is()
    {
        var directory = Path.Combine(S3Server.Shared.BucketDirectory, _prefix, "shop", "topics", "orders", "partition=0");
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, "segment-00000000000000000000.bin"), "records");
        await using var storage = Open(o => o);
        var text = new byte[7];

        var entry = Assert.Single(await ListAsync(storage));
        await ObjectReader.ReadWholeAsync(storage, entry.Key, text, s_none);

        Assert.Equal("shop/topics/orders/partition=0/segment-00000000000000000000.bin", entry.Key);
        Assert.Equal("records", Encoding.UTF8.GetString(text));
    }

    [S3Fact]
    public async Task Memory_outside_the_collected_heap_is_written_and_read()
    {
        using var buffer = Records.Memory.BufferPool.Shared.Rent(100_000);
        buffer.GetSpan().Fill(7);
        await using var storage = Open(o => o);

        await storage.WriteAsync("a", buffer.Memory[..100_000], WriteMode.Replace, s_none);
        buffer.GetSpan().Clear();

        Assert.Equal(100_000, await storage.ReadAsync("a", 0, buffer.Memory[..100_000], s_none));
        Assert.Equal(-1, buffer.GetSpan()[..100_000].IndexOfAnyExcept((byte)7));
    }

    private S3Storage Open(Func<S3StorageOptions, S3StorageOptions> change) =>
        S3Storage.Open(change(S3TestOptions.For(S3Server.Shared, _prefix)));

    private static async Task<List<StorageEntry>> ListAsync(S3Storage storage)
    {
        var entries = new List<StorageEntry>();
        await foreach (var entry in storage.ListAsync("", recursive: true, s_none))
        {
            entries.Add(entry);
        }

        return entries;
    }

    private static async Task<RestoreException> AssertFailsAsync(ErrorCode code, Func<Task> operation)
    {
        var error = await Assert.ThrowsAsync<RestoreException>(operation);
        Assert.Equal(code, error.Code);
        return error;
    }
}
