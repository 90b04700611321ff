using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>Readers that prove every record before they hand out the first one.</summary>
public sealed partial class DamageTests
{
    [Theory]
    [MemberData(nameof(SegmentDamageNames))]
    public async Task Where_records_are_proven_every_damage_shows_on_opening_and_means_that_the_segment_is_lost(string name)
    {
        var damage = s_segmentDamages.Single(known => known.Name == name);
        var segment = damage.Make();
        var storage = await StorageAsync();
        if (segment.Bytes is { } bytes)
        {
            await storage.WriteAsync(segment.Reference.Key, bytes, default, default);
        }

        foreach (var wholeInMemory in new long[] { 1 << 20, 64 })
        {
            var budget = new MemoryBudget(64 << 20);
            var reader = new SegmentReader(storage, budget, new SegmentReadOptions { ProveRecords = true, Limits = segment.Limits, WholeInMemoryBytes = wholeInMemory });

            var refused = await Assert.ThrowsAsync<RestoreException>(() => OpenAsync(reader, segment.Reference));

            Assert.Equal(damage.Code, refused.Code);
            Assert.True(await reader.IsLostAsync(segment.Reference, refused, default));
            Assert.Equal(0, budget.UsedBytes);
        }
    }

    [Theory]
    [InlineData(SegmentCompression.None, 1 << 20, true)]
    [InlineData(SegmentCompression.Zstd, 1 << 20, true)]
    [InlineData(SegmentCompression.Lz4, 1 << 20, false)]
    [InlineData(SegmentCompression.None, 100, true)]
    [InlineData(SegmentCompression.Zstd, 100, false)]
    [InlineData(SegmentCompression.Lz4, 100, true)]
    public async Task A_whole_segment_gives_the_same_records_when_they_are_proven(SegmentCompression compression, long wholeInMemory, bool rereadsAreCheap)
    {
        var records = ArchiveBuilderRecords.Odd(5, 2000);
        var (inner, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(compression, records));
        var storage = new RemoteLikeStorage(inner, rereadsAreCheap);

        var (actual, notes) = await SegmentReading.ReadAsync(storage, segment, new SegmentReadOptions { ProveRecords = true, WholeInMemoryBytes = wholeInMemory, BlockBytes = 4_096 });

        RecordComparison.AssertEqual(records, actual, "proven");
        Assert.Empty(notes);
    }

    [Fact]
    public async Task A_difference_that_is_accepted_is_noted_once_when_records_are_proven()
    {
        var segment = DamagedSegment.Of().Says(entry => entry with { UncompressedSize = 104 });
        var storage = await StorageAsync();
        await storage.WriteAsync(segment.Reference.Key, segment.Bytes, default, default);

        var (records, notes) = await SegmentReading.ReadAsync(storage, segment.Reference, new SegmentReadOptions { ProveRecords = true, TrustSegments = true });

        Assert.Equal(3, records.Count);
        Assert.Equal("it unpacks to 103 bytes, the manifest says 104", Assert.Single(notes));
    }

    [Fact]
    public async Task A_segment_that_is_only_held_back_or_away_is_not_lost()
    {
        var (inner, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(10)));
        await inner.WriteAsync(SegmentKey.Manifest(segment.BackupId), "{}"u8.ToArray(), default, default);
        foreach (var code in new[] { ErrorCodes.SegmentMissing, ErrorCodes.StorageUnavailable, ErrorCodes.StorageDenied, ErrorCodes.DiskFull })
        {
            // Reading says so, asking for the object finds it: as with an object in a cold storage class.
            var reader = new SegmentReader(new UnreadableStorage(inner, code), new MemoryBudget(64 << 20));
            var refused = await Assert.ThrowsAsync<RestoreException>(() => OpenAsync(reader, segment));

            Assert.Equal(code, refused.Code);
            Assert.False(await reader.IsLostAsync(segment, refused, default));
        }
    }

    [Fact]
    public async Task A_segment_is_not_lost_where_the_whole_archive_is_gone()
    {
        var (_, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(10)));
        var reader = new SegmentReader(new InMemoryStorage(), new MemoryBudget(64 << 20));
        var refused = await Assert.ThrowsAsync<RestoreException>(() => OpenAsync(reader, segment));

        Assert.Equal(ErrorCodes.SegmentMissing, refused.Code);
        Assert.False(await reader.IsLostAsync(segment, refused, default));
    }

    private static async Task<InMemoryStorage> StorageAsync()
    {
        var storage = new InMemoryStorage();
        await storage.WriteAsync(SegmentKey.Manifest("sample"), "{}"u8.ToArray(), default, default);
        return storage;
    }

    private static async Task OpenAsync(SegmentReader reader, SegmentReference segment)
    {
        var reservation = await reader.Budget.ReserveAsync(reader.MemoryFor(segment), default);
        await (await reader.OpenAsync(segment, reservation, default).WaitAsync(SegmentReading.Patience)).DisposeAsync();
    }

    private sealed class UnreadableStorage(IArchiveStorage inner, ErrorCode code) : ForwardingStorage(inner)
    {
        public override ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
            ValueTask.FromException<int>(new RestoreException(code, "it cannot be read now", key));
    }
}
