using System.Collections.Concurrent;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Integration;

/// <summary>
/// Every golden archive, from disk and from S3, restored into topics of its own, several at a time; then all of it read back by the official
/// client in one start. Done once for all tests that look at the result.
/// </summary>
public sealed class GoldenRestores : IAsyncLifetime
{
    private const int AtOnce = 3;

    public static readonly string[] Archives = ["shop", "shop-lz4", "shop-none", "shop-0.17", "edges", "edges-verbatim", "edges-0.17", "edges-uncommitted", "incremental", "names", "wide", "odd-times"];

    /// <summary>What the client library can carry.</summary>
    public static readonly string[] ArchivesForClient = [.. Archives.Except(["odd-times"])];

    public static readonly ProduceCodec[] Codecs = [ProduceCodec.None, ProduceCodec.Lz4, ProduceCodec.Zstd, ProduceCodec.Gzip];

    // Captured topic settings are not applied: these topics are made by hand, as somebody who restores such records must.
    private static readonly Dictionary<string, (int Partitions, (string, string)[] Settings)> s_topicsMadeByHand = new()
    {
        ["edge.big"] = (2, [("max.message.bytes", "4000000")]),
        ["odd.times"] = (1, Target.AnyTimestamp),
    };

    private readonly ConcurrentDictionary<GoldenRestore, GoldenRestored> _restored = [];
    private IReadOnlyDictionary<TargetPartition, List<RecordData>> _records = new Dictionary<TargetPartition, List<RecordData>>();
    private IReadOnlyDictionary<TargetPartition, PartitionRange> _ranges = new Dictionary<TargetPartition, PartitionRange>();

    private static IEnumerable<GoldenRestore> FromDisk =>
    [
        .. Archives.Select(archive => new GoldenRestore(archive)),
        .. ArchivesForClient.Select(archive => new GoldenRestore(archive) { Sink = SinkKind.Client }),
        .. Codecs.Select(codec => new GoldenRestore("edges") { Codec = codec }),
        new("shop") { KeepsTrackingHeaders = true },
        new("edges") { KeepsTrackingHeaders = true },
        new("edges-uncommitted") { KeepsMarkers = true },
    ];

    private static IEnumerable<GoldenRestore> FromS3 => Archives.Select(archive => new GoldenRestore(archive) { Source = GoldenSource.S3 });

    public async Task InitializeAsync()
    {
        if (new RealKafkaFactAttribute().Skip is not null)
        {
            return;
        }

        var target = await Target.SharedAsync();
        var prefix = S3Server.WhyMissing is null ? S3Server.NewPrefix() : null;
        if (prefix is not null)
        {
            await UploadAsync(prefix);
        }

        // The largest first: nobody waits for it at the end.
        var restores = FromDisk.Concat(prefix is null ? [] : FromS3).Distinct().OrderByDescending(restore => restore.Archive == "wide");
        await Parallel.ForEachAsync(restores, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (restore, _) =>
            _restored[restore] = await RestoreAsync(target, restore, prefix));

        _records = await target.ReadAllAsync([.. _restored.Values.SelectMany(restored => restored.Outcome.Plan.Topics.Select(topic => topic.Name))]);
        await using var cluster = new TargetCluster(target.Connection);
        _ranges = await cluster.ReadRangesAsync([.. _records.Keys], CancellationToken.None);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    internal GoldenRestored Of(GoldenRestore restore) => _restored[restore];

    internal GoldenRestored Of(string archive) => Of(new GoldenRestore(archive));

    internal List<RecordData> Read(GoldenRestored restored, string topic, int partition) => _records[new TargetPartition(topic + restored.Suffix, partition)];

    /// <summary>The offsets that a partition of the target holds, markers included.</summary>
    internal PartitionRange RangeOf(string targetTopic, int partition) => _ranges[new TargetPartition(targetTopic, partition)];

    /// <summary>Topics and partitions that exist at the target, by their source names.</summary>
    internal IEnumerable<(string Topic, int Partition)> Partitions(GoldenRestored restored) =>
        from partition in _records.Keys
        where partition.Topic.EndsWith(restored.Suffix, StringComparison.Ordinal)
        select (partition.Topic[..^restored.Suffix.Length], partition.Partition);

    private static async Task<GoldenRestored> RestoreAsync(Target target, GoldenRestore restore, string? prefix)
    {
        var suffix = Target.NewSuffix();
        var topics = Golden.ExpectedPartitions(Golden.ExpectedSet(restore.Archive)).Select(partition => partition.Topic).Distinct().ToList();
        foreach (var topic in topics)
        {
            if (s_topicsMadeByHand.TryGetValue(topic, out var byHand))
            {
                await target.CreateAsync(topic + suffix, byHand.Partitions, byHand.Settings);
            }
        }

        var options = target.Options(restore.Archive);
        options = options with
        {
            Mapping = Target.Rename(topics, suffix),
            Headers = new HeaderOptions { Strip = !restore.KeepsTrackingHeaders },
            Selection = new SelectionOptions { ControlRecords = restore.KeepsMarkers ? ControlRecordChoice.Never : ControlRecordChoice.Auto },
            Storage = restore.Source == GoldenSource.Disk ? options.Storage : S3Options(prefix!),
            Delivery = new DeliveryOptions { Sink = restore.Sink, Codec = restore.Codec },
        };
        return new GoldenRestored(restore, await target.RestoreAsync(options), suffix);
    }

    private static async Task UploadAsync(string prefix)
    {
        await using var from = Golden.OpenStorage();
        await using var to = StorageFactory.Open(S3Options(prefix));
        await Parallel.ForEachAsync(from.ListAsync("", recursive: true, CancellationToken.None), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (entry, token) =>
        {
            var bytes = new byte[entry.Size];
            Assert.Equal(bytes.Length, await from.ReadAsync(entry.Key, 0, bytes, token));
            await to.WriteAsync(entry.Key, bytes, WriteMode.Replace, token);
        });
    }

    private static S3StorageOptions S3Options(string prefix) => new()
    {
        Bucket = S3Server.Shared.Bucket,
        Endpoint = S3Server.Shared.Endpoint,
        Prefix = prefix,
        AccessKey = new Secret(S3Server.Shared.AccessKey),
        SecretKey = new Secret(S3Server.Shared.SecretKey),
    };
}
