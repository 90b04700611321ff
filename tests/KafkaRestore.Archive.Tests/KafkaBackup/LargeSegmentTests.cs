using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>Segments that are not held in memory whole: read twice where that is cheap, else spooled.</summary>
public sealed class LargeSegmentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("krc-spool-").FullName;

    public static TheoryData<SegmentCompression, bool> Cases => new()
    {
        { SegmentCompression.None, true },
        { SegmentCompression.None, false },
        { SegmentCompression.Zstd, true },
        { SegmentCompression.Zstd, false },
        { SegmentCompression.Lz4, true },
        { SegmentCompression.Lz4, false },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_large_segment_is_read_in_pieces(SegmentCompression compression, bool cheap)
    {
        var records = ArchiveBuilderRecords.Odd(5, 2000);
        var (inner, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(compression, records));
        var storage = new RemoteLikeStorage(inner, cheap);
        var (actual, notes) = await SegmentReading.ReadAsync(storage, segment, Options(wholeInMemory: 100));
        RecordComparison.AssertEqual(records, actual, "large segment");
        Assert.Empty(notes);
        Assert.InRange(storage.BytesRead, segment.Entry.CompressedSize, (cheap ? 2 : 1) * segment.Entry.CompressedSize);
        Assert.Equal(cheap, storage.BytesRead > segment.Entry.CompressedSize);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_segment_that_changes_between_proving_and_reading_is_noticed()
    {
        var (inner, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(100)));
        var storage = new ChangingStorage(inner, segment.Entry.CompressedSize);

        var damage = await Assert.ThrowsAsync<RestoreException>(() => SegmentReading.ReadAsync(storage, segment, Options(wholeInMemory: 100)));

        Assert.Equal(ErrorCodes.ArchiveCorrupt, damage.Code);
        Assert.Contains("changed while it was being read", damage.Message, StringComparison.Ordinal);
        Assert.Equal(segment.Key, damage.Where);
    }

    [Fact]
    public async Task One_byte_more_than_is_held_in_memory_is_spooled_and_no_byte_more_is_not()
    {
        var (inner, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(100)));
        var storage = new RemoteLikeStorage(inner);
        var missing = Path.Combine(_folder, "missing");
        var options = Options(segment.Entry.CompressedSize) with { SpoolDirectory = missing };
        Assert.Equal(100, (await SegmentReading.ReadAsync(storage, segment, options)).Records.Count);
        var refused = await Assert.ThrowsAsync<RestoreException>(() =>
            SegmentReading.ReadAsync(storage, segment, options with { WholeInMemoryBytes = segment.Entry.CompressedSize - 1 }));
        Assert.Equal(ErrorCodes.ConfigInvalid, refused.Code);
        Assert.Contains(missing, refused.Describe(), StringComparison.Ordinal);
        Assert.Contains("spool_directory", refused.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spool_directory_that_is_a_file_is_refused_by_name()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "");
        var (inner, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.Zstd, ArchiveBuilderRecords.Plain(100)));
        var refused = await Assert.ThrowsAsync<RestoreException>(() =>
            SegmentReading.ReadAsync(new RemoteLikeStorage(inner), segment, Options(10) with { SpoolDirectory = file }));
        Assert.Equal(ErrorCodes.ConfigInvalid, refused.Code);
        Assert.Contains(file, refused.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Nothing_of_a_large_segment_is_handed_out_before_its_checksum_is_known(SegmentCompression compression, bool cheap)
    {
        var (inner, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(compression, ArchiveBuilderRecords.Odd(6, 500)));
        var bytes = new byte[segment.Entry.CompressedSize];
        await inner.ReadAsync(segment.Key, 0, bytes, default);
        bytes[^20] ^= 1;
        await inner.WriteAsync(segment.Key, bytes, WriteMode.Replace, default);
        var budget = new MemoryBudget(64 << 20);
        var reader = new SegmentReader(new RemoteLikeStorage(inner, cheap), budget, Options(100));
        var reservation = await budget.ReserveAsync(reader.MemoryFor(segment), default);
        var refused = await Assert.ThrowsAsync<RestoreException>(() => reader.OpenAsync(segment, reservation, default));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, refused.Code);
        Assert.Contains("CRC-32", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, budget.UsedBytes);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    public async Task A_large_object_of_another_length_is_noticed(int difference, bool cheap)
    {
        var (inner, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(200)));
        segment = segment with { Entry = segment.Entry with { CompressedSize = segment.Entry.CompressedSize - difference } };
        var refused = await Assert.ThrowsAsync<RestoreException>(() => SegmentReading.ReadAsync(new RemoteLikeStorage(inner, cheap), segment, Options(100)));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, refused.Code);
        Assert.Contains(segment.Key, refused.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_shrinks_between_the_two_readings_is_noticed()
    {
        var (inner, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(20_000, valueBytes: 200)));
        var end = segment.Entry.CompressedSize;
        var storage = new RemoteLikeStorage(inner, rereadsAreCheap: true, readBytes: 1 << 20);
        var proven = false;
        storage.OnRead = (key, offset) =>
        {
            if (proven)
            {
                inner.WriteAsync(key, new byte[1000], WriteMode.Replace, default).AsTask().GetAwaiter().GetResult();
            }

            proven |= offset == end;
        };
        var refused = await Assert.ThrowsAsync<RestoreException>(() => SegmentReading.ReadAsync(storage, segment, Options(100)));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, refused.Code);
        Assert.Contains("became shorter", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_binary_segment_is_refused_when_it_is_large()
    {
        var (inner, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(SegmentCompression.None, ArchiveBuilderRecords.Plain(200)));
        await inner.WriteAsync(segment.Key, new byte[segment.Entry.CompressedSize], WriteMode.Replace, default);
        var refused = await Assert.ThrowsAsync<RestoreException>(() => SegmentReading.ReadAsync(inner, segment, Options(100)));
        Assert.Equal(ErrorCodes.ArchiveCorrupt, refused.Code);
        Assert.Contains("KBAK", refused.Message, StringComparison.Ordinal);
    }

    private SegmentReadOptions Options(long wholeInMemory) => new() { WholeInMemoryBytes = wholeInMemory, SpoolDirectory = _folder, BlockBytes = 4096 };

    /// <summary>After the whole object has been read once, one bit of its last record's value is another.</summary>
    private sealed class ChangingStorage(IArchiveStorage inner, long size) : ForwardingStorage(inner)
    {
        private long _read;

        public override async ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            var second = _read >= size;
            var read = await base.ReadAsync(key, offset, destination, cancellationToken);
            _read += read;
            var position = size - SegmentHeader.FooterSize - 5 - offset;
            if (second && position >= 0 && position < read)
            {
                destination.Span[(int)position] ^= 1;
            }

            return read;
        }
    }
}
