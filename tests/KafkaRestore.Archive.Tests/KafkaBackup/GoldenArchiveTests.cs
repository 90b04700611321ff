using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>Reads what the existing programs wrote and compares it with what the source held.</summary>
public sealed class GoldenArchiveTests
{
    [Theory]
    [InlineData("shop", 3)]
    [InlineData("shop-lz4", 0)]
    [InlineData("shop-none", 3)]
    [InlineData("shop-0.17", 3)]
    [InlineData("edges", 3)]
    [InlineData("edges-verbatim", 0)]
    [InlineData("incremental", 3)]
    [InlineData("odd-times", 3)]
    [InlineData("wide", 3)]
    [InlineData("names", 3)]
    public async Task Every_record_is_read_as_the_source_held_it(string backupId, int trackingHeaders)
    {
        await using var storage = Golden.OpenStorage();
        var manifest = await ManifestReader.ReadAsync(storage, backupId, default);
        var set = Golden.ExpectedSet(backupId);
        var partitions = Golden.ExpectedPartitions(set).ToList();
        Assert.NotEmpty(partitions);
        foreach (var (topic, partition) in partitions)
        {
            var expected = Golden.Expected(set, topic, partition);
            var actual = await ReadAsync(storage, manifest, topic, partition);
            if (topic == "edge.appendtime")
            {
                // The archive holds the producer's time; the source showed the broker's.
                expected = [.. expected.Select((record, i) => record with { Timestamp = i < actual.Count ? actual[i].Timestamp : 0 })];
            }

            RecordComparison.AssertEqual(expected, [.. actual.Select(record => WithoutLast(record, trackingHeaders))], $"{backupId} {topic}/{partition}");
        }
    }

    private static RecordData WithoutLast(RecordData record, int most)
    {
        // Two tracking headers where no cluster id was set, three where one was.
        var count = most == 0 ? 0 : System.Text.Encoding.UTF8.GetString(record.Headers[^1].Key) == "x-source-cluster" ? 3 : 2;
        return record with { Headers = [.. record.Headers.Take(record.Headers.Count - count)] };
    }

    private static async Task<List<RecordData>> ReadAsync(Archive.Storage.IArchiveStorage storage, Manifest manifest, string topic, int partition)
    {
        var records = new List<RecordData>();
        var segments = manifest.Topics.SingleOrDefault(t => t.Name == topic)?.Partitions.SingleOrDefault(p => p.PartitionId == partition)?.Segments ?? [];
        var reader = new SegmentReader(storage, new MemoryBudget(64 << 20));
        foreach (var entry in segments)
        {
            var reference = new SegmentReference(manifest.BackupId, topic, partition, entry);
            var reservation = await reader.Budget.ReserveAsync(reader.MemoryFor(reference), default);
            await using var segment = await reader.OpenAsync(reference, reservation, default);
            await foreach (var block in segment.Blocks)
            {
                using (block)
                {
                    foreach (var record in block)
                    {
                        records.Add(RecordData.From(record));
                    }
                }
            }
        }

        Assert.Equal(0, reader.Budget.UsedBytes);
        return records;
    }
}
