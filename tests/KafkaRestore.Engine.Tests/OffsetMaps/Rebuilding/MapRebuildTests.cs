using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Rebuilding;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.OffsetMaps.Rebuilding;

public sealed class MapRebuildTests
{
    private static readonly HeaderOptions s_added = new() { Add = true };

    [Fact]
    public async Task The_headers_of_the_restored_records_give_the_map_back()
    {
        var stage = new Stage(s_added);
        stage.Logs[new("t", 0)] = [Added(1, 10, 0), Added(2, 11, 0), Added(4, 20, 0)];
        stage.Logs[new("t", 1)] = [Added(0, 0, 1), Added(1, 7, 1)];

        using var maps = await stage.RunAsync();

        Assert.Equal(["t/0 from t/0", "t/1 from t/1"], maps.Maps.Select(map => map.Pair.ToString()));
        Assert.Equal([new(10, 1, 2), new(20, 4, 1)], await RunsAsync(maps.Maps[0]));
        Assert.Equal([new(0, 0, 1), new(7, 1, 1)], await RunsAsync(maps.Maps[1]));
        Assert.Equal((10, 20, 1, 4), (maps.Maps[0].Ends!.SourceFirstOffset, maps.Maps[0].Ends!.SourceLastOffset, maps.Maps[0].Ends!.TargetFirstOffset, maps.Maps[0].Ends!.TargetLastOffset));
        Assert.All(stage.Rebuild.Lanes, lane => Assert.True(lane.Findings!.IsComplete));
        Assert.Equal("cluster-1", maps.About.TargetClusterId);
    }

    [Fact]
    public async Task A_map_of_many_single_records_comes_back_from_its_chunks()
    {
        var stage = new Stage(s_added);
        stage.Logs[new("t", 0)] = [.. Enumerable.Range(0, 200_000).Select(i => Added(i, i * 2L, 0))];
        using var maps = await stage.RunAsync();
        var map = await maps.Maps.Single(map => map.Ends is not null).OpenAsync(default);
        Assert.Equal((200_000, 200_000), (map.Records, map.Runs));
        Assert.Equal(new OffsetTranslation(TranslationKind.NextRecord, 300_002, 150_001), await map.TranslateAsync(300_001, default));
    }

    [Fact]
    public async Task Records_without_headers_are_counted_and_the_first_is_named()
    {
        var stage = new Stage(s_added);
        stage.Logs[new("t", 0)] = [Foreign(0), Added(1, 10, 0), Foreign(2), Foreign(3), Added(4, 11, 0), Foreign(5), Foreign(6)];
        using var maps = await stage.RunAsync();
        var found = stage.Findings("t", 0);
        Assert.Equal((7, 2, new Stray(3, 0), new Stray(2, 5), false), (found.Records, found.Mapped, found.WithoutHeaders, found.Newer, found.IsComplete));
        Assert.Equal([new(10, 1, 1), new(11, 4, 1)], await RunsAsync(maps.Maps[0]));
    }

    [Fact]
    public async Task What_applications_wrote_behind_the_restored_records_does_no_harm()
    {
        var stage = new Stage(s_added);
        stage.Logs[new("t", 0)] = [Added(0, 10, 0), Foreign(1)];
        using var maps = await stage.RunAsync();
        Assert.True(stage.Findings("t", 0).IsComplete);
    }

    [Fact]
    public async Task A_partition_without_one_such_record_has_no_map_and_is_not_complete()
    {
        var stage = new Stage(s_added);
        stage.Logs[new("t", 0)] = [Foreign(0), Foreign(1)];
        using var maps = await stage.RunAsync();
        Assert.True(maps.IsEmpty);
        Assert.Equal((new Stray(2, 0), false), (stage.Findings("t", 0).WithoutHeaders, stage.Findings("t", 0).IsComplete));
    }

    [Fact]
    public async Task A_second_copy_is_counted_and_the_first_one_keeps_its_place()
    {
        var stage = new Stage(s_added);
        stage.Logs[new("t", 0)] = [Added(0, 10, 0), Added(1, 11, 0), Added(2, 10, 0), Added(3, 11, 0), Added(4, 12, 0)];
        using var maps = await stage.RunAsync();
        Assert.Equal([new(10, 0, 2), new(12, 4, 1)], await RunsAsync(maps.Maps[0]));
        Assert.Equal((new Stray(2, 2), true), (stage.Findings("t", 0).Repeated, stage.Findings("t", 0).IsComplete));
    }

    [Fact]
    public async Task Several_partitions_in_one_target_are_told_apart_by_the_partition_in_the_headers()
    {
        var stage = new Stage(s_added, new MappingOptions { Partitions = new Dictionary<int, int> { [1] = 0 } });
        stage.Logs[new("t", 0)] = [Added(0, 10, 0), Added(1, 5, 1), Added(2, 11, 0), Added(3, 6, 1), Added(4, 1, 9)];
        using var maps = await stage.RunAsync();
        Assert.Equal(["t/0 from t/0", "t/0 from t/1"], maps.Maps.Select(map => map.Pair.ToString()));
        Assert.Equal([new(10, 0, 1), new(11, 2, 1)], await RunsAsync(maps.Maps[0]));
        Assert.Equal([new(5, 1, 1), new(6, 3, 1)], await RunsAsync(maps.Maps[1]));
        Assert.Equal(new Stray(1, 4), stage.Findings("t", 0).Newer);
    }

    [Fact]
    public async Task Several_topics_in_one_target_cannot_be_told_apart_and_nothing_is_guessed()
    {
        var stage = new Stage(s_added, new MappingOptions { Topics = new Dictionary<string, string> { ["u"] = "t" } }, twoTopics: true);
        stage.Logs[new("t", 0)] = [Added(0, 10, 0), Added(1, 5, 0)];
        using var maps = await stage.RunAsync();
        Assert.True(maps.IsEmpty);
        Assert.Equal(new Stray(2, 0), stage.Findings("t", 0).WithoutSource);
    }

    [Fact]
    public async Task The_headers_of_the_backup_do_where_the_restore_left_them_and_a_target_has_one_source()
    {
        var stage = new Stage(new HeaderOptions());
        stage.Logs[new("t", 0)] = [Record(0, [TestRecords.Header("x-source-partition", "8"u8.ToArray()), .. Tracking.Of(30, 1)]), Record(1, [.. Tracking.Of(31, 1)])];
        using var maps = await stage.RunAsync();
        Assert.Equal([new(30, 0, 2)], await RunsAsync(maps.Maps[0]));
    }

    [Fact]
    public async Task Where_the_restore_added_headers_those_of_a_backup_are_somebody_elses()
    {
        var stage = new Stage(s_added);
        stage.Logs[new("t", 0)] = [Record(0, [.. Tracking.Of(30, 1)]), Added(1, 10, 0)];
        using var maps = await stage.RunAsync();
        Assert.Equal([new(10, 1, 1)], await RunsAsync(maps.Maps[0]));
        Assert.Equal(new Stray(1, 0), stage.Findings("t", 0).WithoutSource);
    }

    [Fact]
    public async Task A_partition_that_cannot_be_read_is_left_out_whole_and_the_others_go_on()
    {
        var stage = new Stage(s_added);
        stage.Logs[new("t", 0)] = [Added(0, 10, 0), Added(1, 11, 0)];
        stage.Logs[new("t", 1)] = [Added(0, 0, 1)];
        stage.FailsAfterFirstBlock.Add(new("t", 0));
        using var maps = await stage.RunAsync();
        Assert.Equal("t/1 from t/1", Assert.Single(maps.Maps).Pair.ToString());
        var failed = stage.Rebuild.Lanes.Single(lane => lane.Lane.Target.Partition == 0);
        Assert.Equal((LaneRebuildState.Failed, ErrorCodes.TargetUnavailable), (failed.State, failed.Failure!.Code));
    }

    [Fact]
    public async Task A_topic_that_is_gone_is_named()
    {
        var stage = new Stage(s_added);
        stage.Cluster.Topics.Clear();
        using var maps = await stage.RunAsync();
        Assert.All(stage.Rebuild.Lanes, lane => Assert.Equal(ErrorCodes.TargetTopicMissing, lane.Failure!.Code));
    }

    [Fact]
    public async Task A_restore_that_leaves_no_source_offset_is_refused_before_anything_is_read()
    {
        var stage = new Stage(new HeaderOptions { Strip = true });
        var refused = await Assert.ThrowsAsync<RestoreException>(stage.RunAsync);
        Assert.Equal(ErrorCodes.ConfigInvalid, refused.Code);
        Assert.Contains("--adopt", refused.Hint, StringComparison.Ordinal);
    }

    private static RecordData Foreign(long offset) => Record(offset, [TestRecords.Header("own", [1])]);

    private static RecordData Record(long offset, HeaderData[] headers) => TestRecords.Record(offset, headers: headers);

    private static RecordData Added(long target, long source, int partition) => Record(target,
    [
        TestRecords.Header("own", [1]),
        TestRecords.Header("x-original-offset", Text(source)),
        TestRecords.Header("x-original-timestamp", Text(TestRecords.SomeTime)),
        TestRecords.Header("x-source-partition", Text(partition)),
    ]);

    private static byte[] Text(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    private static async Task<List<OffsetRun>> RunsAsync(StoredMap map)
    {
        var runs = new List<OffsetRun>();
        await foreach (var run in (await map.OpenAsync(default)).RunsAsync(default))
        {
            runs.Add(run);
        }

        return runs;
    }

    /// <summary>A restore of topic t with two partitions (and of topic u with one), and the logs that it left.</summary>
    private sealed class Stage
    {
        public Stage(HeaderOptions headers, MappingOptions? mapping = null, bool twoTopics = false)
        {
            var archive = new TestArchive();
            archive.AddSegment("t", 0, TestRecords.Ordinary(3));
            if (twoTopics)
            {
                archive.AddSegment("u", 0, TestRecords.Ordinary(3));
            }
            else
            {
                archive.AddSegment("t", 1, TestRecords.Ordinary(3));
            }

            var options = archive.Options() with { Headers = headers, Mapping = mapping ?? new MappingOptions() };
            Cluster.With("t", 2);
            Rebuild = new MapRebuild(options, archive.Plan(_ => options), Cluster, (_, _) => Task.FromResult<ITargetReader>(new Reader(this)));
        }

        public FakeCluster Cluster { get; } = new();

        public Dictionary<TargetPartition, List<RecordData>> Logs { get; } = [];

        public HashSet<TargetPartition> FailsAfterFirstBlock { get; } = [];

        public MapRebuild Rebuild { get; }

        public Task<OffsetMapSet> RunAsync()
        {
            foreach (var (target, log) in Logs)
            {
                Cluster.Ranges[target] = new PartitionRange(0, log[^1].Offset + 1);
            }

            return Rebuild.RunAsync(default);
        }

        public LaneFindings Findings(string topic, int partition) => Rebuild.Lanes.Single(lane => lane.Lane.Target == new TargetPartition(topic, partition)).Findings!;

        private sealed class Reader(Stage stage) : ITargetReader
        {
            public ReaderDescription Description { get; } = new("memory", "a test");

            public async IAsyncEnumerable<RecordBlock> ReadAsync(TargetPartition partition, long from, long to, ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
            {
                foreach (var chunk in stage.Logs.GetValueOrDefault(partition, []).Where(record => record.Offset >= from && record.Offset < to).Chunk(stage.FailsAfterFirstBlock.Contains(partition) ? 1 : 1_000))
                {
                    await Task.Yield();
                    yield return TestRecords.Block(chunk);
                    if (stage.FailsAfterFirstBlock.Contains(partition))
                    {
                        throw new RestoreException(ErrorCodes.TargetUnavailable, "no answer", partition.ToString());
                    }
                }
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
