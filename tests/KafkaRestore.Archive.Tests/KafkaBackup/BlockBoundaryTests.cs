using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>Where records are cut into blocks must not matter.</summary>
public sealed class BlockBoundaryTests
{
    [Theory]
    [InlineData("shop")]
    [InlineData("shop-lz4")]
    [InlineData("shop-none")]
    [InlineData("shop-0.17")]
    [InlineData("edges")]
    [InlineData("edges-0.17")]
    [InlineData("edges-uncommitted")]
    [InlineData("incremental")]
    [InlineData("odd-times")]
    [InlineData("names")]
    public async Task Golden_segments_hold_the_same_records_in_blocks_of_any_size(string backupId)
    {
        await using var storage = Golden.OpenStorage();
        var manifest = await ManifestReader.ReadAsync(storage, backupId, default);
        var segments = from topic in manifest.Topics
                       from partition in topic.Partitions
                       from entry in partition.Segments
                       select new SegmentReference(backupId, topic.Name, partition.PartitionId, entry);
        var random = new Random(1);
        foreach (var segment in segments.Where((_, i) => i < 25))
        {
            var (expected, _) = await SegmentReading.ReadAsync(storage, segment);
            Assert.Equal(segment.Entry.RecordCount, expected.Count);
            foreach (var options in new[] { new SegmentReadOptions { BlockBytes = 64, Blocks = 2 }, new SegmentReadOptions { BlockBytes = random.Next(65, 4096), WholeInMemoryBytes = 0 } })
            {
                var (actual, _) = await SegmentReading.ReadAsync(storage, segment, options);
                RecordComparison.AssertEqual(expected, actual, $"{segment.Key} in blocks of {options.BlockBytes}");
            }
        }
    }

    [Fact]
    public async Task Every_size_of_block_gives_the_same_records()
    {
        var records = ArchiveBuilderRecords.Odd(8, 40);
        foreach (var compression in Enum.GetValues<SegmentCompression>())
        {
            var (storage, segment) = await ArchiveBuilder.StoreAsync(ArchiveBuilder.Write(compression, records));
            for (var size = 64; size < 700; size++)
            {
                var (actual, _) = await SegmentReading.ReadAsync(storage, segment, new SegmentReadOptions { BlockBytes = size });
                RecordComparison.AssertEqual(records, actual, $"{compression} in blocks of {size}");
            }
        }
    }
}
