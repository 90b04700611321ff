using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State.Identity;
using KafkaRestore.Engine.Tests.Planning;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using static KafkaRestore.Engine.Tests.State.StateSamples;

namespace KafkaRestore.Engine.Tests.State;

public sealed class JobIdentityTests
{
    private static readonly SelectionOptions s_all = new();

    public static TheoryData<string, Func<RestoreOptions, RestoreOptions>> SameMeaning => new()
    {
        { "nothing", options => options },
        { "lanes at once, memory, rates, priority, spool", options => options with { Execution = new ExecutionOptions { MaxConcurrentLanes = 99, MemoryBudgetBytes = 1L << 40, RecordsPerSecond = 5, BytesPerSecond = 6, Priority = ["b"], SpoolDirectory = "/elsewhere" } } },
        { "batches", options => options with { Delivery = new DeliveryOptions { Codec = ProduceCodec.Zstd, BatchBytes = 5_000 } } },
        { "brokers", options => options with { Target = new KafkaConnectionOptions { BootstrapServers = ["other:9"] } } },
        { "topics", options => options with { Preparation = new PreparationOptions { CreateTopics = true, AppendToExisting = true } } },
        { "encoding of headers that are not added", options => options with { Headers = new HeaderOptions { Encoding = HeaderEncoding.Binary } } },
        { "all topics by pattern", options => options with { Selection = s_all with { Include = ["*"] } } },
        { "mapping to its own name", options => options with { Mapping = PlanBuilderTests.Map([("a", "a")], [(1, 1)]) } },
        { "trust", options => options with { TrustSegments = true } },
    };

    [Theory]
    [MemberData(nameof(SameMeaning))]
    public void What_changes_no_record_changes_no_identity(string what, Func<RestoreOptions, RestoreOptions> change)
    {
        Assert.NotEmpty(what);
        Assert.Empty(Of(options => options).DifferencesTo(Of(change)));
        Assert.Equal(Of(options => options), Of(change));
    }

    public static TheoryData<string, Func<RestoreOptions, RestoreOptions>, string> OtherMeaning => new()
    {
        { "include", options => options with { Selection = s_all with { Include = ["a"] } }, "selection.include.a: was nothing / is true" },
        { "exclude", options => options with { Selection = s_all with { Exclude = ["b"] } }, "selection.exclude.b: was nothing / is true" },
        { "partitions", options => options with { Selection = s_all with { SourcePartitions = new HashSet<int> { 7, 0, 2, 1 } } }, "selection.source_partitions: was nothing / is 0-2,7" },
        { "start", options => options with { Selection = s_all with { TimeWindowStart = 1_705_312_800_001 } }, "selection.time_window_start: was nothing / is 2024-01-15T10:00:00.001Z" },
        { "end", options => options with { Selection = s_all with { TimeWindowEnd = long.MaxValue } }, "selection.time_window_end: was nothing / is 9223372036854775807" },
        { "generation", options => options with { Selection = s_all with { Generation = GenerationChoice.Newest } }, "selection.generation: was nothing / is newest" },
        { "topic mapping", options => options with { Mapping = PlanBuilderTests.Map([("a", "x")], []) }, "mapping.topic.a: was nothing / is x" },
        { "partition mapping", options => options with { Mapping = PlanBuilderTests.Map([], [(1, 2)]) }, "mapping.partition.1: was nothing / is 2" },
        { "strip", options => options with { Headers = new HeaderOptions { Strip = true } }, "headers.strip: was nothing / is true" },
        { "add", options => options with { Headers = new HeaderOptions { Add = true } }, "headers.add: was nothing / is decimal" },
        { "add binary", options => options with { Headers = new HeaderOptions { Add = true, Encoding = HeaderEncoding.Binary } }, "headers.add: was nothing / is binary" },
    };

    [Theory]
    [MemberData(nameof(OtherMeaning))]
    public void What_changes_a_record_changes_the_identity_and_is_shown_by_its_key(string what, Func<RestoreOptions, RestoreOptions> change, string shown)
    {
        Assert.NotEmpty(what);
        Assert.Equal(shown, Assert.Single(Of(options => options).DifferencesTo(Of(change))).ToString());
        Assert.NotEqual(Of(options => options), Of(change));
    }

    [Fact]
    public void Another_cluster_or_storage_is_another_meaning()
    {
        var plan = Archive();
        var was = JobIdentity.Of(Defaults(), plan, Storage, "one");
        Assert.Equal("target.cluster_id: was one / is two", Assert.Single(was.DifferencesTo(JobIdentity.Of(Defaults(), plan, Storage, "two"))).ToString());
        Assert.Equal("target.cluster_id: was one / is unknown", Assert.Single(was.DifferencesTo(JobIdentity.Of(Defaults(), plan, Storage, null))).ToString());
        var moved = JobIdentity.Of(Defaults(), plan, Storage with { Location = "/moved" }, "one");
        Assert.Equal("archive.storage: was filesystem /archives / is filesystem /moved", Assert.Single(was.DifferencesTo(moved)).ToString());
    }

    [Fact]
    public void How_a_storage_is_read_is_no_part_of_it()
    {
        var plan = Archive();
        Assert.Equal(
            JobIdentity.Of(Defaults(), plan, Storage, "one"),
            JobIdentity.Of(Defaults(), plan, new StorageProperties("filesystem", "/archives", 1, 9, RereadsAreCheap: false), "one"));
    }

    [Fact]
    public void Growth_of_the_archive_does_not_change_it() =>
        Assert.Equal(Identity(Archive()), Identity(Plan(("a", 0, [Segment(0, 9), Segment(10, 19)]), ("b", 1, [Segment(0, 9)]), ("c", 0, [Segment(0, 9)]))));

    [Fact]
    public void What_stands_in_a_summary_is_the_same_identity()
    {
        var identity = Of(options => options with { Mapping = PlanBuilderTests.Map([("a", "x")], []) });
        Assert.Equal(identity, JobIdentity.FromValues(identity.Values.Reverse()));
        Assert.Matches("^[0-9a-f]{64}$", identity.Hash);
    }

    [Fact]
    public void Keys_and_values_cannot_run_into_each_other() =>
        Assert.NotEqual(
            JobIdentity.FromValues([new("a", "1\n1 b 1 2")]).Hash,
            JobIdentity.FromValues([new("a", "1"), new("b", "2")]).Hash);

    [Fact]
    public void Many_differences_and_long_values_are_abbreviated()
    {
        var none = JobIdentity.FromValues([]);
        var many = JobIdentity.FromValues(Enumerable.Range(0, 30).Select(i => new KeyValuePair<string, string>($"key{i:D2}", new string('x', 500))));
        var shown = IdentityDifference.Describe(none.DifferencesTo(many));
        Assert.Contains("key07: was nothing / is xxx", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("key08", shown, StringComparison.Ordinal);
        Assert.EndsWith("; and 22 more", shown, StringComparison.Ordinal);
        Assert.InRange(shown.Length, 1, 2_000);
    }

    [Fact]
    public void The_same_meaning_has_the_same_id()
    {
        var id = JobId.Of(null, Of(options => options));
        Assert.Equal(id, JobId.Of(null, Of(options => options with { TrustSegments = true })));
        Assert.NotEqual(id, JobId.Of(null, Of(options => options with { Headers = new HeaderOptions { Strip = true } })));
        Assert.Matches("^backup-[0-9a-f]{16}$", id);
    }

    [Fact]
    public void An_archive_id_gives_a_folder_name_whatever_it_holds()
    {
        var id = JobId.Of(null, JobIdentity.FromValues([new("archive.backup_id", "../team/дата:" + new string('y', 300))]));
        JobId.Check(id);
        Assert.StartsWith("-team-", id, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nightly-2024.01_A", true)]
    [InlineData("x", true)]
    [InlineData(".hidden", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("...", false)]
    [InlineData("dot.", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    [InlineData("a\0", false)]
    public void A_name_is_a_job_id_or_refused(string name, bool accepted)
    {
        if (accepted)
        {
            Assert.Equal(name, JobId.Of(name, Of(options => options)));
            return;
        }

        var failure = Assert.Throws<RestoreException>(() => JobId.Of(name, Of(options => options)));
        Assert.Equal((ErrorCodes.ConfigInvalid, "restore.restore_id"), (failure.Code, failure.Where));
    }

    [Fact]
    public void A_name_of_129_characters_is_refused()
    {
        JobId.Check(new string('a', 128));
        Assert.Throws<RestoreException>(() => JobId.Check(new string('a', 129)));
    }

    private static RestorePlan Archive(RestoreOptions? options = null) => Plan(options, ("a", 0, [Segment(0, 9)]), ("b", 1, [Segment(0, 9)]));

    private static JobIdentity Of(Func<RestoreOptions, RestoreOptions> change) => Identity(Archive(change(Defaults())), change(Defaults()));
}
