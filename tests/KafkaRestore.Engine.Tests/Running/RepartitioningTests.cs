using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Running;

/// <summary>A topic whose records are spread over another number of partitions, by a whole job.</summary>
public sealed class RepartitioningTests
{
    private readonly InMemorySinkFactory _sinks = new();
    private readonly FakeCluster _cluster;

    public RepartitioningTests() => _cluster = new FakeCluster(_sinks);

    [Theory]
    [InlineData(1, 4, 1)]
    [InlineData(6, 4, 9)]
    [InlineData(9, 1, 2)]
    [InlineData(3, 2, 70)] // more than read together
    [InlineData(5, 16, 40)]
    public async Task Any_number_of_sources_places_and_targets_comes_to_its_end(int sources, int places, int targets)
    {
        var archive = new TestArchive();
        for (var partition = 0; partition < sources; partition++)
        {
            archive.AddSegments("t", partition, TestRecords.Ordinary(1_500, firstOffset: partition * 10_000L), 100);
        }

        var report = await RunAsync(archive, options => options with
        {
            Mapping = Spread("t", targets),
            Execution = new ExecutionOptions { MaxConcurrentLanes = places },
        });

        Assert.True(report.Status == RestoreStatus.Done, string.Join(" | ", report.Errors));
        Assert.Equal((sources * 1_500, sources * 15), ((int)report.RecordsRestored, (int)report.SegmentsProcessed));
        Assert.Equal((report.RecordsPlanned, report.SegmentsPlanned), (report.RecordsRestored, report.SegmentsProcessed));
        Assert.Equal(targets, Assert.Single(_cluster.Created).Partitions);
        for (var target = 0; target < targets; target++)
        {
            var log = Log("t", target);
            Assert.All(log, record => Assert.Equal(target, (int)((Murmur2.Of(record.Key) & int.MaxValue) % targets)));

            // One source after the other, each in its own order: the keys tell where a record comes from.
            var origins = log.Select(record => long.Parse(System.Text.Encoding.UTF8.GetString(record.Key!)["key-".Length..], System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(origins.Order(), origins);
        }
    }

    [Fact]
    public async Task A_partition_that_fails_does_not_hold_up_the_others()
    {
        var archive = new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(3_000), 100).AddSegments("u", 0, TestRecords.Ordinary(50), 10);
        _sinks.BeforeAppend = (target, _) =>
        {
            if (target == new TargetPartition("t", 1))
            {
                throw new RestoreException(ErrorCodes.TargetDenied, "denied by the test", target.ToString());
            }
        };

        var report = await RunAsync(archive, options => options with { Mapping = Spread("t", 3) });

        Assert.Equal(RestoreStatus.Partial, report.Status);
        Assert.Contains("denied by the test", Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Equal(["done", "failed", "done"], report.TopicsRestored.Single(topic => topic.TargetTopic == "t").Partitions.Select(partition => partition.State));
        Assert.Equal(TestRecords.Ordinary(3_000).Count(record => (Murmur2.Of(record.Key) & int.MaxValue) % 3 != 1), Log("t", 0).Count + Log("t", 2).Count);
        Assert.Equal(50, Log("u", 0).Count);
    }

    [Fact]
    public async Task Two_topics_into_one_are_spread_together_and_a_partition_without_records_is_done()
    {
        var same = TestRecords.Ordinary(1).Single();
        var archive = new TestArchive().AddSegment("a", 0, [same, same with { Offset = 1 }]).AddSegment("b", 3, [same]);

        var report = await RunAsync(archive, options => options with
        {
            Mapping = Spread("x", 4) with { Topics = new Dictionary<string, string> { ["a"] = "x", ["b"] = "x" }, Partitions = new Dictionary<int, int> { [3] = 9 } },
        });

        Assert.True(report.Status == RestoreStatus.Done, string.Join(" | ", report.Errors));
        var partition = (int)((Murmur2.Of(same.Key) & int.MaxValue) % 4);
        Assert.Equal([.. Enumerable.Range(0, 4).Select(target => target == partition ? 3 : 0)], Enumerable.Range(0, 4).Select(target => Log("x", target).Count));
    }

    [Fact]
    public async Task A_dry_run_says_how_records_are_spread()
    {
        var archive = await new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(30), 10).AddSegments("t", 1, TestRecords.Ordinary(5), 10).WriteManifestAsync();
        using var job = Job(archive, archive.Options() with { Mapping = Spread("t", 8), Preparation = new PreparationOptions { CreateTopics = true } });
        var plan = await job.PlanAsync(CancellationToken.None);

        var report = DryRunReportBuilder.Build(plan, await job.CheckAsync(plan, CancellationToken.None), null);

        var topic = Assert.Single(report.TopicsToRestore);
        Assert.Equal(new RepartitioningReport("murmur2", 2, 8), topic.Repartitioning);
        Assert.Equal([(0, -1, 30L), (1, -1, 5L)], topic.Partitions.Select(partition => (partition.SourcePartition, partition.TargetPartition, partition.Records)));
        Assert.Equal((4, 35), (report.SegmentsToProcess, report.RecordsToRestore));
    }

    private static MappingOptions Spread(string topic, int partitions) =>
        new() { Repartitioning = new Dictionary<string, Repartitioning> { [topic] = new(PartitioningStrategy.Murmur2, partitions) } };

    private async Task<RestoreReport> RunAsync(TestArchive archive, Func<RestoreOptions, RestoreOptions> change)
    {
        await archive.WriteManifestAsync();
        using var job = Job(archive, change(archive.Options() with { Preparation = new PreparationOptions { CreateTopics = true } }));
        var plan = await job.PlanAsync(CancellationToken.None);
        var preflight = await job.CheckAsync(plan, CancellationToken.None);
        Assert.True(preflight.Passed, string.Join(" | ", preflight.Findings.Select(finding => finding.Describe())));
        var progress = new RestoreProgress(plan, TimeProvider.System);
        var running = job.RunAsync(plan, preflight, progress, CancellationToken.None);
        await Streams.WithPatienceAsync(running, () => string.Join(", ", progress.Lanes.Select(lane => $"{lane.Lane.Target} {lane.State} {lane.Acknowledged}")));
        Assert.DoesNotContain(progress.Lanes, lane => lane.State == LaneState.Running);
        return await running;
    }

    private RestoreJob Job(TestArchive archive, RestoreOptions options) => new(options, archive.Storage, _cluster, _sinks);

    private List<RecordData> Log(string topic, int partition) =>
        [.. _sinks.Log(new TargetPartition(topic, partition)).Select(record => new RecordData(record.Offset, record.Timestamp, record.Key, record.Value, record.Headers))];
}
