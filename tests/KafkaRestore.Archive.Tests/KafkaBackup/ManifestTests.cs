using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

public sealed class ManifestTests
{
    public static TheoryData<string> Archives =>
        [.. Directory.EnumerateFiles(Golden.Backups, "manifest.json", SearchOption.AllDirectories).Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Archives))]
    public async Task Everything_that_a_golden_manifest_says_is_read(string id)
    {
        var manifest = await ReadAsync(id, GoldenBytes(id));
        var root = JsonNode.Parse(GoldenBytes(id))!;
        Assert.Equal(id, manifest.BackupId);
        Assert.Equal((long)root["created_at"]!, manifest.CreatedAt);
        Assert.Equal((string?)root["compression"], manifest.Compression);
        Assert.Equal((string?)root["isolation_level"], manifest.IsolationLevel);
        Assert.Equal(root["topics"]!.AsArray().Select(topic => (string?)topic!["name"]), manifest.Topics.Select(topic => topic.Name));
        foreach (var (topic, said) in manifest.Topics.Zip(root["topics"]!.AsArray()))
        {
            Assert.Equal((int?)said!["original_partition_count"], topic.OriginalPartitionCount);
            Assert.Equal((int?)said["source_replication_factor"], topic.SourceReplicationFactor);
            Assert.Equal(said["configurations"]?.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!) ?? [], topic.Configurations);
            var partitions = said["partitions"]!.AsArray().OrderBy(partition => (int)partition!["partition_id"]!).ToList();
            Assert.Equal(partitions.Select(partition => (int)partition!["partition_id"]!), topic.Partitions.Select(partition => partition.PartitionId));
            foreach (var (partition, node) in topic.Partitions.Zip(partitions))
            {
                Assert.Equal((long?)node!["covered_through"], partition.CoveredThrough);
                Assert.Equal((long?)node["snapshot_end_offset"], partition.SnapshotEndOffset);
                Assert.Equal((long?)node["high_watermark_at_capture"], partition.HighWatermarkAtCapture);
                var segments = node["segments"]!.AsArray().OrderBy(segment => (long)segment!["start_offset"]!).ToList();
                Assert.Equal(segments.Count, partition.Segments.Count);
                foreach (var (segment, entry) in partition.Segments.Zip(segments))
                {
                    Assert.Equal((string)entry!["key"]!, segment.KeyIn(id, topic.Name, partition.PartitionId));
                    Assert.Null(segment.OddKey);
                    Assert.Equal((long)entry["start_offset"]!, segment.StartOffset);
                    Assert.Equal((long)entry["end_offset"]!, segment.EndOffset);
                    Assert.Equal((long)entry["start_timestamp"]!, segment.FirstTimestamp);
                    Assert.Equal((long)entry["end_timestamp"]!, segment.LastTimestamp);
                    Assert.Equal((long)entry["record_count"]!, segment.RecordCount);
                    Assert.Equal((long)entry["uncompressed_size"]!, segment.UncompressedSize);
                    Assert.Equal((long)entry["compressed_size"]!, segment.CompressedSize);
                    Assert.Equal((long?)entry["uploaded_at"] ?? 0, segment.UploadedAt);
                    Assert.Equal((string?)entry["sha256"], segment.Sha256?.ToString());
                    Assert.Equal((long?)entry["covered_start_offset"], segment.CoveredStart);
                    Assert.Equal((long?)entry["covered_end_offset"], segment.CoveredEnd);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Archives))]
    public async Task Bytes_that_come_one_at_a_time_give_the_same(string id)
    {
        var whole = await ReadAsync(id, GoldenBytes(id));
        foreach (var bytes in new[] { GoldenBytes(id), [0xEF, 0xBB, 0xBF, .. GoldenBytes(id)] })
        {
            using var stream = new TricklingStream(bytes, 1);
            var trickled = await ManifestReader.ReadAsync(stream, id, "there", ArchiveLimits.Default, default);
            Assert.Equal(Text(whole), Text(trickled));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100_000)]
    public async Task A_byte_order_mark_is_passed_over(int atOnce)
    {
        using var stream = new TricklingStream([0xEF, 0xBB, 0xBF, .. GoldenBytes("shop")], atOnce);
        Assert.Equal("shop", (await ManifestReader.ReadAsync(stream, "shop", "there", ArchiveLimits.Default, default)).BackupId);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0xEF })]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF })]
    [InlineData(new byte[] { (byte)'{' })]
    [InlineData(new byte[] { (byte)'{', (byte)'}' })]
    public async Task Next_to_nothing_is_refused_however_it_comes(byte[] bytes)
    {
        foreach (var atOnce in new[] { 1, 10 })
        {
            using var stream = new TricklingStream(bytes, atOnce);
            var refused = await Assert.ThrowsAsync<RestoreException>(() => ManifestReader.ReadAsync(stream, "x", "there", ArchiveLimits.Default, default));
            Assert.Equal(ErrorCodes.ManifestInvalid, refused.Code);
        }
    }

    [Theory]
    [MemberData(nameof(Archives))]
    public async Task What_is_written_is_read_again_the_same(string id)
    {
        var read = await ReadAsync(id, GoldenBytes(id));
        var storage = new InMemoryStorage();
        await ManifestWriter.WriteAsync(storage, read, default);
        Assert.Equal(Text(read), Text(await ManifestReader.ReadAsync(storage, id, default)));
    }

    [Fact]
    public async Task Every_field_survives_writing_and_reading()
    {
        var entry = new SegmentEntry
        {
            StartOffset = 10, EndOffset = 20, FirstTimestamp = -1, LastTimestamp = 5, RecordCount = 7, UncompressedSize = 1, CompressedSize = 2, UploadedAt = 3,
            CoveredStart = 4, CoveredEnd = 25, Sha256 = new Sha256Digest(1, 2, 3, 4), KeyEnding = SegmentCompression.Lz4,
        };
        var manifest = new Manifest
        {
            BackupId = "a/b", CreatedAt = 1, SourceClusterId = "c", SourceBrokers = ["x", "y"], Compression = "lz4", IsolationLevel = "READ_COMMITTED", MissingTopics = ["z"],
            Topics =
            [
                new ManifestTopic
                {
                    Name = "t", OriginalPartitionCount = 4, SourceReplicationFactor = 3, Configurations = new Dictionary<string, string> { ["k"] = "v\"\n" },
                    Partitions =
                    [
                        new ManifestPartition
                        {
                            PartitionId = 2, CoveredThrough = 30, SnapshotEndOffset = 31, HighWatermarkAtCapture = 32,
                            Segments = [entry, entry with { StartOffset = 26, EndOffset = 26, RecordCount = 1, CoveredStart = null, CoveredEnd = null, Sha256 = null, KeyEnding = SegmentCompression.None, OddKey = "a/b/segment-000001.bin" }],
                            Gaps = [new OffsetGap(1, 2, "why")], Pruned = [new PrunedRange(3, 3, 9, "because")],
                        },
                    ],
                },
                new ManifestTopic { Name = "empty", Partitions = [] },
            ],
        };
        var read = await ReadAsync("a/b", ManifestWriter.ToBytes(manifest));
        Assert.Equal(Text(manifest), Text(read));
        Assert.False(read.MayHoldControlRecords);
        Assert.Equal((4, 1), (read.Topics[0].PartitionCount, read.Topics[1].PartitionCount));
    }

    [Fact]
    public async Task Unknown_fields_are_passed_over_at_every_level()
    {
        foreach (var extra in new[] { "1", "1e400", "\"x\"", "null", "true", "[1,[2,{\"start_offset\":[]}]]", "{\"key\":{\"topics\":[]},\"end_offset\":\"no\"}" })
        {
            var node = JsonNode.Parse(GoldenBytes("incremental"))!;
            Spoil(node, extra);
            Assert.Equal(Text(await ReadAsync("incremental", GoldenBytes("incremental"))), Text(await ReadAsync("incremental", Encoding.UTF8.GetBytes(node.ToJsonString()))));
        }
    }

    [Fact]
    public async Task Fields_may_stand_in_any_order()
    {
        var whole = Text(await ReadAsync("edges", GoldenBytes("edges")));
        foreach (var seed in Enumerable.Range(0, 20))
        {
            var random = new Random(seed);
            var node = Shuffle(JsonNode.Parse(GoldenBytes("edges"))!, name => seed == 0 ? (name is "name" or "partition_id" or "backup_id" ? 1 : 0) : random.Next());
            Assert.Equal(whole, Text(await ReadAsync("edges", Encoding.UTF8.GetBytes(node.ToJsonString()))));
        }
    }

    [Fact]
    public async Task Optional_fields_may_be_null_or_absent()
    {
        var manifest = await ReadAsync("m", """
            {"backup_id":"m","created_at":1,"source_brokers":null,"missing_topics":null,"isolation_level":null,
             "topics":[{"name":"t","configurations":null,"partitions":[{"partition_id":0,"gaps":null,"pruned":null,"covered_through":null,"segments":
             [{"key":"m/k","start_offset":0,"end_offset":0,"start_timestamp":0,"end_timestamp":0,"record_count":1,"sha256":"","covered_start_offset":null}]}]}]}
            """u8.ToArray());
        var entry = manifest.Topics[0].Partitions[0].Segments[0];
        Assert.Equal((0L, 0L, null, null), (entry.CompressedSize, entry.UncompressedSize, entry.Sha256, entry.CoveredStart));
        Assert.Equal("m/k", entry.KeyIn("m", "t", 0));
        Assert.True(manifest.MayHoldControlRecords);
        Assert.Equal(1, manifest.Topics[0].PartitionCount);
    }

    [Fact]
    public async Task Segments_come_by_first_offset_and_one_listed_twice_stands_once()
    {
        static string Segment(int number, int start) =>
            $$"""{"key":"m/topics/t/partition=0/segment-{{number:D6}}.bin","start_offset":{{start}},"end_offset":{{start + 9}},"start_timestamp":0,"end_timestamp":0,"record_count":10}""";
        var text = $$"""{"backup_id":"m","created_at":1,"topics":[{"name":"t","partitions":[{"partition_id":0,"segments":[{{Segment(2, 20)}},{{Segment(0, 0)}},{{Segment(2, 20)}},{{Segment(2, 40)}}]}]}]}""";
        var segments = (await ReadAsync("m", Encoding.UTF8.GetBytes(text))).Topics[0].Partitions[0].Segments;
        Assert.Equal([0, 20, 40], segments.Select(segment => segment.StartOffset));

        // Before 0.12 one object could be listed under several offsets: the entries differ, so both stay.
        Assert.Equal(segments[1].OddKey, segments[2].OddKey);
    }

    [Fact]
    public void A_planned_segment_costs_what_is_stated() =>
        Assert.Equal(SegmentEntry.BytesInMemory, Unsafe.SizeOf<SegmentEntry>());

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    public async Task An_id_that_is_no_folder_is_refused_before_anything_is_read(string id)
    {
        var refused = await Assert.ThrowsAsync<RestoreException>(() => ManifestReader.ReadAsync(new InMemoryStorage(), id, default));
        Assert.Equal(ErrorCodes.ConfigInvalid, refused.Code);
        Assert.DoesNotContain(refused.Describe(), char.IsControl);
    }

    [Fact]
    public async Task An_archive_that_is_not_there_is_named()
    {
        var refused = await Assert.ThrowsAsync<RestoreException>(() => ManifestReader.ReadAsync(new InMemoryStorage(), "none", default));
        Assert.Equal(ErrorCodes.ArchiveNotFound, refused.Code);
        Assert.Contains("none/manifest.json", refused.Describe(), StringComparison.Ordinal);
    }

    private static byte[] GoldenBytes(string id) => File.ReadAllBytes(Path.Combine(Golden.Backups, id, "manifest.json"));

    private static async Task<Manifest> ReadAsync(string id, byte[] bytes)
    {
        var storage = new InMemoryStorage();
        await storage.WriteAsync(SegmentKey.Manifest(id), bytes, default, default);
        return await ManifestReader.ReadAsync(storage, id, default);
    }

    /// <summary>All that a manifest says, for comparing.</summary>
    private static string Text(Manifest manifest) =>
        JsonSerializer.Serialize(manifest) + string.Join('\n', from topic in manifest.Topics from partition in topic.Partitions from segment in partition.Segments select segment.ToString());

    private static void Spoil(JsonNode? node, string extra)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map.ToList())
                {
                    if (name != "configurations")
                    {
                        Spoil(value, extra);
                    }
                }

                map.Insert(0, "new_field", JsonNode.Parse(extra));
                map.Add("another", JsonNode.Parse(extra));
                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    Spoil(item, extra);
                }

                break;
        }
    }

    private static JsonNode Shuffle(JsonNode node, Func<string, int> rank) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(pair => rank(pair.Key)).Select(pair => KeyValuePair.Create(pair.Key, pair.Key == "configurations" || pair.Value is null ? pair.Value?.DeepClone() : Shuffle(pair.Value, rank)))),
        JsonArray list => new JsonArray([.. list.Select(item => Shuffle(item!, rank))]),
        _ => node.DeepClone(),
    };

    /// <summary>Gives a few bytes at each reading.</summary>
    private sealed class TricklingStream(byte[] bytes, int atOnce) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(atOnce, buffer.Length)], cancellationToken);
    }
}
