using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Planning;

public sealed class PlanHashTests
{
    private static readonly SelectionOptions s_all = new();

    public static TheoryData<string, Func<RestoreOptions, RestoreOptions>> SameMeaning => new()
    {
        { "nothing", options => options },
        { "lanes at once", options => options with { Execution = options.Execution with { MaxConcurrentLanes = 99 } } },
        { "memory", options => options with { Execution = options.Execution with { MemoryBudgetBytes = 1L << 40 } } },
        { "records per second", options => options with { Execution = options.Execution with { RecordsPerSecond = 5 } } },
        { "bytes per second", options => options with { Execution = options.Execution with { BytesPerSecond = 5 } } },
        { "priority", options => options with { Execution = options.Execution with { Priority = ["b"] } } },
        { "spool", options => options with { Execution = options.Execution with { SpoolDirectory = "/elsewhere" } } },
        { "codec", options => options with { Delivery = new DeliveryOptions { Codec = ProduceCodec.Zstd, BatchBytes = 5_000 } } },
        { "brokers", options => options with { Target = new KafkaConnectionOptions { BootstrapServers = ["other:9"] } } },
        { "create topics", options => options with { Preparation = new PreparationOptions { CreateTopics = true } } },
        { "encoding of headers that are not added", options => options with { Headers = new HeaderOptions { Encoding = HeaderEncoding.Binary } } },
        { "all by name", options => options with { Selection = s_all with { Include = ["b", "a"] } } },
        { "mapping to its own name", options => options with { Mapping = PlanBuilderTests.Map([("a", "a")], [(1, 1)]) } },
    };

    [Theory]
    [MemberData(nameof(SameMeaning))]
    public void The_hash_is_the_same_for_the_same_meaning(string what, Func<RestoreOptions, RestoreOptions> change)
    {
        Assert.NotEmpty(what);
        Assert.Equal(Archive().Plan().Hash, Archive().Plan(change).Hash);
    }

    private static readonly Func<RestoreOptions, RestoreOptions>[] s_otherMeaning =
    [
        options => options with { Mapping = Spread(PartitioningStrategy.Murmur2, 3) },
        options => options with { Mapping = Spread(PartitioningStrategy.Murmur2, 4) },
        options => options with { Mapping = Spread(PartitioningStrategy.Automatic, 4) },
        options => options with { Selection = s_all with { Include = ["a"] } },
        options => options with { Selection = s_all with { SourcePartitions = new HashSet<int> { 0 } } },
        options => options with { Selection = s_all with { TimeWindowStart = 5 } },
        options => options with { Selection = s_all with { TimeWindowEnd = 5 } },
        options => options with { Selection = s_all with { Generation = GenerationChoice.Newest } },
        options => options with { Selection = s_all with { ControlRecords = ControlRecordChoice.Never } },
        options => options with { Mapping = PlanBuilderTests.Map([("a", "x")], []) },
        options => options with { Mapping = PlanBuilderTests.Map([("b", "x")], []) },
        options => options with { Mapping = PlanBuilderTests.Map([], [(1, 2)]) },
        options => options with { Headers = new HeaderOptions { Strip = true } },
        options => options with { Headers = new HeaderOptions { Add = true } },
        options => options with { Headers = new HeaderOptions { Add = true, Encoding = HeaderEncoding.Binary } },
    ];

    [Fact]
    public void The_hash_is_another_for_every_change_of_meaning()
    {
        var changes = s_otherMeaning;
        var hashes = changes.Select(change => Archive().Plan(change).Hash).Append(Archive().Plan().Hash).ToList();
        Assert.Equal(changes.Length + 1, hashes.Distinct().Count());
    }

    [Fact]
    public void The_hash_is_another_for_every_change_of_the_archive()
    {
        string[] hashes =
        [
            Archive().Plan().Hash,
            Archive("other").Plan().Hash,
            Archive().AddSegment("a", 0, TestRecords.Ordinary(1, 500)).Plan().Hash,
            Archive().AddTopic("empty", 3).Plan().Hash,
            Archive().AddTopic("a", 9).Plan().Hash,
            Changed(entry => entry with { EndOffset = entry.EndOffset + 1 }),
            Changed(entry => entry with { RecordCount = entry.RecordCount + 1 }),
            Changed(entry => entry with { Sha256 = null }),
            Changed(entry => entry with { UploadedAt = 77 }),
            Changed(entry => entry with { OddKey = entry.OddKey + "2" }),
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());

        static string Changed(Func<KafkaRestore.Archive.KafkaBackup.Manifests.SegmentEntry, KafkaRestore.Archive.KafkaBackup.Manifests.SegmentEntry> change) =>
            Fill(new TestArchive { IsolationLevel = null, Describe = change }).Plan().Hash;
    }

    [Fact]
    public void The_order_of_dictionaries_does_not_matter()
    {
        var forward = PlanBuilderTests.Map([("a", "x"), ("b", "y")], [(0, 5), (1, 6)]);
        var backward = PlanBuilderTests.Map([("b", "y"), ("a", "x")], [(1, 6), (0, 5)]);
        Assert.Equal(Archive().Plan(options => options with { Mapping = forward }).Hash, Archive().Plan(options => options with { Mapping = backward }).Hash);
    }

    [Fact]
    public void The_hash_has_64_hexadecimal_digits() => Assert.Matches("^[0-9a-f]{64}$", Archive().Plan().Hash);

    private static TestArchive Archive(string backupId = "backup") => Fill(new TestArchive(backupId) { IsolationLevel = null });

    private static TestArchive Fill(TestArchive archive) =>
        archive.AddSegment("a", 0, TestRecords.Ordinary(10)).AddSegment("a", 1, TestRecords.Ordinary(10)).AddSegment("b", 0, TestRecords.Ordinary(10));

    private static MappingOptions Spread(PartitioningStrategy strategy, int partitions) =>
        new() { Repartitioning = new Dictionary<string, Repartitioning> { ["a"] = new(strategy, partitions) } };
}
