using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Probing;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Preflight;

/// <summary>What follows from answers that a single broker does not give: several brokers, brokers that are down, old brokers, full disks.</summary>
public sealed class ProbedTargetTests
{
    private const TargetRights Every = (TargetRights)0x1FF8;

    private readonly FakeCluster _cluster = new FakeCluster().With("t", 2);

    [Fact]
    public async Task A_target_that_says_nothing_bad_passes_without_a_word() => Assert.Empty(await SaidAsync(Topic([1, 2, 3], [1, 2, 3])));

    [Fact]
    public async Task Partitions_with_too_few_replicas_in_sync_are_a_warning()
    {
        var finding = Assert.Single(await SaidAsync(Topic([1, 2, 3], [1], ("min.insync.replicas", "2"))));

        Assert.Equal((Severity.Warning, FindingKinds.MinInsyncReplicas), (finding.Severity, finding.Kind));
        Assert.Contains("2 partition(s)", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fewer_replicas_than_must_be_in_sync_are_a_warning()
    {
        var finding = Assert.Single(await SaidAsync(Topic([1, 2], [1, 2], ("min.insync.replicas", "3"))));

        Assert.Equal((Severity.Warning, FindingKinds.MinInsyncReplicas), (finding.Severity, finding.Kind));
        Assert.Contains("2 replica(s)", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partition_without_a_leader_is_a_warning_and_its_log_is_not_asked_for()
    {
        var answer = Topic([1, 2, 3], [1, 2, 3]);
        var topic = answer.Topics["t"];
        answer = answer with { Topics = new Dictionary<string, ProbedTopic> { ["t"] = topic with { Partitions = [topic.Partitions[0], topic.Partitions[1] with { HasLeader = false }] } } };
        _cluster.Ranges[new TargetPartition("t", 1)] = new PartitionRange(0, 9);

        var finding = Assert.Single(await SaidAsync(answer));

        Assert.Equal((Severity.Warning, FindingKinds.Leaderless, "t/1"), (finding.Severity, finding.Kind, finding.Where));
    }

    [Fact]
    public async Task A_single_replica_in_a_cluster_of_three_is_a_warning()
    {
        var finding = Assert.Single(await SaidAsync(Topic([2], [2])));

        Assert.Equal((Severity.Warning, FindingKinds.ReplicationFactor), (finding.Severity, finding.Kind));
    }

    [Theory]
    [InlineData("0.10.2-IV0", true)]
    [InlineData("0.9.0", true)]
    [InlineData("0.11.0-IV2", false)]
    [InlineData("3.0-IV1", false)]
    [InlineData("nonsense", false)]
    public async Task A_message_format_without_headers_is_an_error(string format, bool refused) =>
        Assert.Equal(refused, (await SaidAsync(Topic([1, 2, 3], [1, 2, 3], ("message.format.version", format)))).Any(finding => finding.Kind == FindingKinds.MessageFormat));

    [Theory]
    [InlineData("message.timestamp.difference.max.ms", "1000")]
    [InlineData("message.timestamp.before.max.ms", "1000")]
    public async Task Both_names_of_the_timestamp_limit_count(string setting, string value)
    {
        var finding = Assert.Single(await SaidAsync(Topic([1, 2, 3], [1, 2, 3], (setting, value)), age: TimeSpan.FromDays(1)));

        Assert.Equal((Severity.Error, FindingKinds.TimestampLimits), (finding.Severity, finding.Kind));
        Assert.Contains(setting, finding.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_whose_disk_is_too_small_is_named_and_the_others_are_not()
    {
        var answer = Topic([1, 2], [1, 2]) with { Brokers = [new ProbedBroker(1, 10), new ProbedBroker(2, 1 << 30), new ProbedBroker(3, 10)] };

        var finding = Assert.Single(await SaidAsync(answer));

        Assert.Equal((Severity.Warning, FindingKinds.DiskSpace, "broker 1"), (finding.Severity, finding.Kind, finding.Where));
    }

    [Fact]
    public async Task What_the_target_does_not_say_is_named_with_its_reason()
    {
        var result = await CheckAsync(Topic([1, 2, 3], [1, 2, 3]) with { Unanswered = [new Unanswered("the disks of the brokers", "no broker answered")] });

        var finding = Assert.Single(result.Findings, finding => finding.Kind == FindingKinds.NotChecked);
        Assert.Equal((Severity.Info, "the disks of the brokers: not checked, no broker answered"), (finding.Severity, finding.What));
    }

    [Fact]
    public async Task Rights_that_the_cluster_does_not_tell_refuse_nothing()
    {
        var answer = Topic([1, 2, 3], [1, 2, 3]);
        answer = answer with { Topics = new Dictionary<string, ProbedTopic> { ["t"] = answer.Topics["t"] with { Rights = null } } };

        var result = await CheckAsync(answer);

        Assert.True(result.Passed);
        Assert.Contains(result.Findings, finding => finding.Kind == FindingKinds.NotChecked && finding.What.Contains("does not tell", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_that_goes_on_is_not_told_again_what_concerns_the_whole_of_it()
    {
        var archive = Archive(TimeSpan.Zero);
        var options = archive.Options();
        var probe = new FakeProbe(Topic([1, 2, 3], [1, 2, 3]) with { Brokers = [new ProbedBroker(1, 1)] });

        var result = await new PreflightCheck(
            archive.Plan(), options, archive.Storage, _cluster, new ManualTime(), begun: new HashSet<TargetPartition> { new("t", 0) }, probe: probe).RunAsync(CancellationToken.None);

        Assert.DoesNotContain(result.Findings, finding => finding.Kind == FindingKinds.Estimate || finding.Kind == FindingKinds.DiskSpace);
    }

    [Fact]
    public async Task A_storage_that_fails_under_way_is_one_finding_and_hides_none_of_the_targets()
    {
        var archive = Archive(TimeSpan.Zero);
        var storage = new HookedStorage(archive.Storage, static key => throw new RestoreException(ErrorCodes.StorageUnavailable, "the storage did not answer in time"));
        var probe = new FakeProbe(Topic([1, 2, 3], [1, 2, 3], ("cleanup.policy", "compact"), ("message.format.version", "0.9.0")));

        var result = await new PreflightCheck(archive.Plan(), archive.Options(), storage, _cluster, new ManualTime(), probe: probe).RunAsync(CancellationToken.None);

        Assert.Equal(
            [FindingKinds.StorageFailed, FindingKinds.MessageFormat, FindingKinds.Compaction],
            result.Findings.Where(finding => finding.Severity != Severity.Info).Select(finding => finding.Kind));
    }

    [Theory]
    [InlineData(null, null, 1)]
    [InlineData(DeliveryGuarantee.Idempotent, null, 0)]
    [InlineData(null, SinkKind.Client, 0)]
    public async Task Transactional_ids_are_asked_for_once_for_each_topic_where_partitions_are_fenced(DeliveryGuarantee? guarantee, SinkKind? sink, int asked)
    {
        var probe = new FakeProbe(Topic([1, 2, 3], [1, 2, 3]));
        await CheckAsync(probe, TimeSpan.Zero, options => options with { Delivery = new DeliveryOptions { Guarantee = guarantee, Sink = sink } });

        Assert.Equal(asked, probe.Asked!.Fences.Count);
    }

    private static TargetAnswer Topic(int[] replicas, int[] inSync, params (string Name, string Value)[] settings) => new()
    {
        ClusterRights = Every,
        Topics = new Dictionary<string, ProbedTopic>
        {
            ["t"] = new(
                "t",
                IsHidden: false,
                Every,
                [.. Enumerable.Range(0, 2).Select(partition => new ProbedPartition(partition, HasLeader: true, replicas, inSync))],
                settings.ToDictionary(setting => setting.Name, setting => setting.Value)),
        },
    };

    private static TestArchive Archive(TimeSpan age)
    {
        var time = (new ManualTime().GetUtcNow() - age).ToUnixTimeMilliseconds();
        return new TestArchive().AddSegment("t", 0, [TestRecords.Record(0, time, [1], [1])]).AddSegment("t", 1, [TestRecords.Record(0, time, [1], [1])]);
    }

    private async Task<List<Finding>> SaidAsync(TargetAnswer answer, TimeSpan age = default) =>
        [.. (await CheckAsync(new FakeProbe(answer), age)).Findings.Where(finding => finding.Severity != Severity.Info)];

    private Task<PreflightResult> CheckAsync(TargetAnswer answer) => CheckAsync(new FakeProbe(answer), TimeSpan.Zero);

    private Task<PreflightResult> CheckAsync(FakeProbe probe, TimeSpan age, Func<RestoreOptions, RestoreOptions>? change = null)
    {
        var archive = Archive(age);
        var options = change is null ? archive.Options() : change(archive.Options());
        return new PreflightCheck(archive.Plan(_ => options), options, archive.Storage, _cluster, new ManualTime(), probe: probe).RunAsync(CancellationToken.None);
    }
}
