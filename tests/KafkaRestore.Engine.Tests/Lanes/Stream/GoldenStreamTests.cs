using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Lanes.Stream;

/// <summary>What comes out of the golden archives before any sink sees it.</summary>
public sealed class GoldenStreamTests
{
    private static readonly HeaderOptions s_strip = new() { Strip = true };

    [Theory]
    [InlineData("shop", true)]
    [InlineData("shop-lz4", false)]
    [InlineData("shop-lz4", true)]
    [InlineData("shop-none", true)]
    [InlineData("shop-0.17", true)]
    [InlineData("edges", true)]
    [InlineData("edges-verbatim", false)]
    [InlineData("edges-verbatim", true)]
    [InlineData("incremental", true)]
    [InlineData("names", true)]
    [InlineData("odd-times", true)]
    [InlineData("wide", true)]
    public async Task Every_record_comes_as_the_source_had_it(string backupId, bool strip)
    {
        var streams = await ReadAsync(backupId, new HeaderOptions { Strip = strip });
        foreach (var (target, records) in streams)
        {
            RecordComparison.AssertEqual(GoldenRecords.OfSource(backupId, target.Topic, target.Partition), records, $"{backupId} {target}");
        }

        Assert.Equal(GoldenRecords.NonEmptyPartitions(backupId), streams.Keys.Select(key => key.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("shop", "prod-eu")]
    [InlineData("edges", null)]
    public async Task Without_strip_the_backups_headers_stand_behind_the_own_ones(string backupId, string? cluster)
    {
        foreach (var (target, records) in await ReadAsync(backupId, new HeaderOptions()))
        {
            var expected = GoldenRecords.OfSource(backupId, target.Topic, target.Partition)
                .Select(record => record with { Headers = [.. record.Headers, .. Tracking.Of(record.Offset, record.Timestamp, cluster)] }).ToList();
            RecordComparison.AssertEqual(expected, records, $"{backupId} {target}");
        }
    }

    [Fact]
    public async Task What_the_older_writer_lost_is_all_that_is_missing()
    {
        foreach (var (target, records) in await ReadAsync("edges-0.17", s_strip))
        {
            RecordComparison.AssertEqual(GoldenRecords.OfOlderWriter(target.Topic, target.Partition, records), records, $"{target}");
        }
    }

    [Theory]
    [InlineData(ControlRecordChoice.Auto, 148 - 38, 38)]
    [InlineData(ControlRecordChoice.Never, 148, 0)]
    public async Task Markers_of_a_transactional_topic_are_dropped_and_counted_or_kept(ControlRecordChoice choice, int expected, int dropped)
    {
        var plan = await PlanAsync("edges-uncommitted", new HeaderOptions { Strip = true }, choice);
        await using var storage = Golden.OpenStorage();
        long records = 0, control = 0;
        foreach (var lane in plan.Lanes)
        {
            var stream = Streams.Open(storage, plan, lane, new MemoryBudget(64 << 20));
            var read = await Streams.ReadAsync(stream);
            records += read.Count;
            control += stream.Counters[0].ControlCount;
            var source = Golden.Expected("edges-uncommitted", lane.Target.Topic, lane.Target.Partition);
            var sourceOffsets = source.Select(record => record.Offset).ToHashSet();
            RecordComparison.AssertEqual(source, [.. read.Where(record => sourceOffsets.Contains(record.Offset))], $"{lane.Target}");
            Assert.All(read.Where(record => !sourceOffsets.Contains(record.Offset)), marker => Assert.True(marker.Key is [0, 0, 0, 0 or 1] && marker.Value is [0, 0, _, _, _, _]));
        }

        Assert.Equal((expected, dropped), (records, control));
    }

    private static async Task<Dictionary<TargetPartition, List<RecordData>>> ReadAsync(string backupId, HeaderOptions headers)
    {
        var plan = await PlanAsync(backupId, headers);
        await using var storage = Golden.OpenStorage();
        var streams = new Dictionary<TargetPartition, List<RecordData>>();
        foreach (var lane in plan.Lanes)
        {
            streams[lane.Target] = await Streams.ReadAsync(Streams.Open(storage, plan, lane, new MemoryBudget(64 << 20)));
        }

        return streams;
    }

    private static async Task<RestorePlan> PlanAsync(string backupId, HeaderOptions headers, ControlRecordChoice choice = ControlRecordChoice.Auto)
    {
        await using var storage = Golden.OpenStorage();
        return PlanBuilder.Build(await ManifestReader.ReadAsync(storage, backupId, CancellationToken.None), new RestoreOptions
        {
            BackupId = backupId,
            Storage = new FileSystemStorageOptions { Path = Golden.Backups },
            Target = new KafkaConnectionOptions { BootstrapServers = ["nowhere:1"] },
            Headers = headers,
            Selection = new SelectionOptions { ControlRecords = choice },
        });
    }
}
