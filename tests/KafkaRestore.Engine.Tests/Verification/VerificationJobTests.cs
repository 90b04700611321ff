using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Engine.Verification;
using KafkaRestore.Engine.Verification.Comparison;
using KafkaRestore.Engine.Verification.Reporting;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Verification;

public sealed class VerificationJobTests
{
    private const int Count = 60;
    private static readonly TargetPartition s_first = new("t", 0);
    private static readonly TargetPartition s_second = new("t", 1);

    [Theory]
    [InlineData(VerificationLevel.Counts)]
    [InlineData(VerificationLevel.Hashes)]
    [InlineData(VerificationLevel.Records)]
    public async Task Partitions_that_hold_the_archive_are_equal(VerificationLevel level)
    {
        var stage = await Stage.CreateAsync();
        var report = await stage.RunAsync(new VerificationOptions { Level = level });
        Assert.Equal((VerificationStatus.Equal, 2 * Count, 2 * Count, "cluster-1"), (report.Status, report.RecordsExpected, report.RecordsInTarget, report.TargetClusterId));
        Assert.Empty(report.Errors);
        Assert.Empty(report.Warnings);
        Assert.Equal([("t", 0), ("t", 1)], report.Partitions.Select(partition => (partition.Topic, partition.Partition)));
        Assert.All(report.Partitions, partition => Assert.Equal((LaneVerificationState.Equal, 0, Count), (partition.State, partition.TargetStartOffset, partition.TargetEndOffset)));
        Assert.True(stage.Reader.Disposed);
    }

    [Fact]
    public async Task A_difference_in_one_partition_is_named_with_its_source_and_leaves_the_others_equal()
    {
        var stage = await Stage.CreateAsync(second: TestRecords.Ordinary(Count, firstOffset: 500).Select((record, i) => i == 31 ? record with { Value = [0] } : record));
        var report = await stage.RunAsync(new VerificationOptions());
        Assert.Equal(VerificationStatus.Different, report.Status);
        Assert.Equal([LaneVerificationState.Equal, LaneVerificationState.Different], report.Partitions.Select(partition => partition.State));
        Assert.Equal(
            new DifferenceReport { Kind = DifferenceKind.Value, EqualBefore = 31, Records = null, Source = "t/1", SourceOffset = 531, TargetOffset = 31 },
            report.Partitions[1].Difference);
        Assert.NotEqual(report.Partitions[1].ExpectedSha256, report.Partitions[1].TargetSha256);
    }

    [Fact]
    public async Task A_partition_whose_archive_cannot_be_read_is_named_and_the_others_go_on()
    {
        var stage = await Stage.CreateAsync();
        await stage.Archive.DamageAsync("t", 0, 1);
        var report = await stage.RunAsync(new VerificationOptions());
        Assert.Equal(VerificationStatus.Partial, report.Status);
        Assert.Equal([LaneVerificationState.Failed, LaneVerificationState.Equal], report.Partitions.Select(partition => partition.State));
        Assert.StartsWith("t/0: ARCHIVE_CORRUPT: ", Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Contains(stage.Archive.KeyOf("t", 0, 1), report.Errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_difference_that_was_found_before_a_failure_stands_in_the_report_too()
    {
        var stage = await Stage.CreateAsync(first: TestRecords.Ordinary(Count).Select((record, i) => i == 3 ? record with { Key = null } : record));
        await stage.Archive.DamageAsync("t", 0, 1);
        var report = await stage.RunAsync(new VerificationOptions());
        Assert.Equal(VerificationStatus.Different, report.Status);
        Assert.Equal((LaneVerificationState.Failed, DifferenceKind.Key, 3), (report.Partitions[0].State, report.Partitions[0].Difference?.Kind, report.Partitions[0].Difference?.SourceOffset));
    }

    [Fact]
    public async Task Counts_take_the_manifest_at_its_word_unless_records_are_left_out_on_the_way()
    {
        var stage = await Stage.CreateAsync();
        await stage.Archive.DamageAsync("t", 0, 1);
        Assert.Equal(VerificationStatus.Equal, (await stage.RunAsync(ComparisonStage.At(VerificationLevel.Counts))).Status);
        var window = stage.Archive.Options() with { Selection = new SelectionOptions { TimeWindowStart = 1 } };
        Assert.Equal(VerificationStatus.Partial, (await stage.RunAsync(ComparisonStage.At(VerificationLevel.Counts), window)).Status);
    }

    [Fact]
    public async Task Counts_read_a_window_to_know_how_many_records_it_has()
    {
        var stage = await Stage.CreateAsync(first: TestRecords.Ordinary(Count).Skip(10), second: TestRecords.Ordinary(Count, firstOffset: 500));
        var window = stage.Archive.Options() with { Selection = new SelectionOptions { TimeWindowStart = TestRecords.SomeTime + 10 } };
        var report = await stage.RunAsync(ComparisonStage.At(VerificationLevel.Counts), window);
        Assert.Equal(VerificationStatus.Equal, report.Status);
        Assert.Equal([Count - 10, Count], report.Partitions.Select(partition => partition.RecordsExpected));
    }

    [Fact]
    public async Task Overlapping_segments_are_counted_once()
    {
        var stage = await Stage.CreateAsync();
        stage.Archive.AddSegment("t", 0, [.. TestRecords.Ordinary(5, firstOffset: 10)]);
        await stage.Archive.WriteManifestAsync();
        Assert.Equal(VerificationStatus.Equal, (await stage.RunAsync(ComparisonStage.At(VerificationLevel.Counts))).Status);
    }

    [Fact]
    public async Task An_empty_target_lacks_every_record()
    {
        var stage = await Stage.CreateAsync(first: []);
        var report = await stage.RunAsync(new VerificationOptions());
        Assert.Equal((VerificationStatus.Different, DifferenceKind.MissingInTarget, Count), (report.Status, report.Partitions[0].Difference?.Kind, report.Partitions[0].Difference?.Records));
    }

    [Fact]
    public async Task A_window_without_a_record_asks_for_an_empty_target()
    {
        var stage = await Stage.CreateAsync(first: [], second: []);
        var window = stage.Archive.Options() with { Selection = new SelectionOptions { TimeWindowEnd = 1 } };
        Assert.Equal(VerificationStatus.Equal, (await stage.RunAsync(new VerificationOptions(), window)).Status);
    }

    [Fact]
    public async Task Records_behind_older_ones_are_compared_from_where_they_begin()
    {
        var older = TestRecords.Ordinary(7, firstOffset: 90_000);
        var stage = await Stage.CreateAsync(first: older.Concat(TestRecords.Ordinary(Count)));
        Assert.Equal(VerificationStatus.Different, (await stage.RunAsync(new VerificationOptions())).Status);
        var report = await stage.RunAsync(new VerificationOptions { StartAt = new Dictionary<TargetPartition, long> { [s_first] = 7 } });
        Assert.Equal((VerificationStatus.Equal, 7), (report.Status, report.Partitions[0].TargetStartOffset));
    }

    [Fact]
    public async Task A_log_that_begins_behind_the_restored_records_fails_its_partition()
    {
        var stage = await Stage.CreateAsync();
        stage.Cluster.Ranges[s_first] = new PartitionRange(5, Count);
        var report = await stage.RunAsync(new VerificationOptions { StartAt = new Dictionary<TargetPartition, long> { [s_first] = 0 } });
        Assert.Equal(VerificationStatus.Partial, report.Status);
        Assert.StartsWith("t/0: TARGET_EMPTIED: ", Assert.Single(report.Errors), StringComparison.Ordinal);

        var difference = (await stage.RunAsync(new VerificationOptions())).Partitions[0].Difference;
        Assert.Equal((DifferenceKind.MissingInTarget, 5, 0, 5), (difference?.Kind, difference?.Records, difference?.SourceOffset, difference?.TargetOffset));
    }

    [Fact]
    public async Task Without_the_topic_nothing_is_compared()
    {
        var stage = await Stage.CreateAsync();
        stage.Cluster.Topics.Clear();
        var report = await stage.RunAsync(new VerificationOptions());
        Assert.Equal(VerificationStatus.Refused, report.Status);
        Assert.Equal(2, report.Errors.Count(error => error.Contains("TARGET_TOPIC_MISSING: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_partition_that_the_topic_lacks_is_named_and_the_others_are_compared()
    {
        var stage = await Stage.CreateAsync();
        stage.Cluster.With("t", 1);
        var report = await stage.RunAsync(new VerificationOptions());
        Assert.Equal(VerificationStatus.Partial, report.Status);
        Assert.StartsWith("t/1: TARGET_PARTITIONS: ", Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Equal(LaneVerificationState.Equal, report.Partitions[0].State);
    }

    [Fact]
    public async Task An_archive_without_records_leaves_nothing_to_compare()
    {
        var stage = await Stage.CreateAsync(new TestArchive().AddTopic("t", 2));
        var report = await stage.RunAsync(new VerificationOptions());
        Assert.Equal(VerificationStatus.Refused, report.Status);
        Assert.Contains(report.NotChecked, words => words.StartsWith("anything", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_ends_it_with_what_was_compared_so_far()
    {
        var stage = await Stage.CreateAsync();
        using var stop = new CancellationTokenSource();
        var blocks = 0;
        stage.Reader.BeforeBlock = async (_, token) =>
        {
            if (Interlocked.Increment(ref blocks) > 2)
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            }
        };
        var one = stage.Archive.Options() with { Execution = new ExecutionOptions { MaxConcurrentLanes = 1 } };
        var report = await stage.RunAsync(new VerificationOptions(), one, stop.Token);
        Assert.Equal((VerificationStatus.Stopped, 20), (report.Status, report.RecordsInTarget));
        Assert.Equal([LaneVerificationState.Stopped, LaneVerificationState.Waiting], report.Partitions.Select(partition => partition.State).Order().Reverse());
    }

    [Fact]
    public async Task A_failure_of_the_reader_ends_its_partition_alone()
    {
        var stage = await Stage.CreateAsync();
        stage.Reader.BeforeBlock = (partition, _) => partition == s_second ? throw new RestoreException(ErrorCodes.TargetCorrupt, "broken", "t/1") : Task.CompletedTask;
        var report = await stage.RunAsync(new VerificationOptions());
        Assert.Equal([LaneVerificationState.Equal, LaneVerificationState.Failed], report.Partitions.Select(partition => partition.State));
        Assert.StartsWith("t/1: TARGET_CORRUPT: ", Assert.Single(report.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_stamps_records_itself_is_warned_of_unless_timestamps_are_left_out()
    {
        var stage = await Stage.CreateAsync();
        stage.Cluster.With("t", 2, "LogAppendTime");
        Assert.Contains("LogAppendTime", Assert.Single((await stage.RunAsync(new VerificationOptions())).Warnings), StringComparison.Ordinal);
        Assert.Empty((await stage.RunAsync(new VerificationOptions { IgnoreTimestamps = true })).Warnings);
    }

    [Fact]
    public async Task A_target_that_does_not_answer_is_an_error_before_anything_is_read()
    {
        var stage = await Stage.CreateAsync();
        stage.Cluster.Unreachable = new RestoreException(ErrorCodes.TargetUnreachable, "nobody there");
        Assert.Equal(ErrorCodes.TargetUnreachable, (await Assert.ThrowsAsync<RestoreException>(() => stage.RunAsync(new VerificationOptions()))).Code);
    }

    /// <summary>An archive of two partitions and a target that holds it, or something else.</summary>
    private sealed class Stage
    {
        private readonly InMemorySinkFactory _logs = new();

        private Stage(TestArchive archive)
        {
            Archive = archive;
            Reader = new LogReader(_logs);
            Cluster = new FakeCluster(_logs).With("t", 2);
        }

        public TestArchive Archive { get; }

        public LogReader Reader { get; }

        public FakeCluster Cluster { get; }

        public static async Task<Stage> CreateAsync(IEnumerable<Records.Layout.RecordData>? first = null, IEnumerable<Records.Layout.RecordData>? second = null)
        {
            var (archivedFirst, archivedSecond) = (TestRecords.Ordinary(Count), TestRecords.Ordinary(Count, firstOffset: 500));
            var stage = await CreateAsync(new TestArchive().AddSegments("t", 0, archivedFirst, 25).AddSegments("t", 1, archivedSecond, 25));
            foreach (var record in first ?? archivedFirst)
            {
                stage._logs.Append(s_first, record);
            }

            foreach (var record in second ?? archivedSecond)
            {
                stage._logs.Append(s_second, record);
            }

            return stage;
        }

        public static async Task<Stage> CreateAsync(TestArchive archive) => new(await archive.WriteManifestAsync());

        public async Task<VerificationReport> RunAsync(VerificationOptions options, RestoreOptions? restore = null, CancellationToken stop = default)
        {
            var job = new VerificationJob(restore ?? Archive.Options(), options, Archive.Storage, Cluster, (_, _) => Task.FromResult<Kafka.Reading.ITargetReader>(Reader));
            var plan = await job.PlanAsync(CancellationToken.None);
            return await job.RunAsync(plan, new VerificationProgress(plan, TimeProvider.System), stop);
        }
    }
}
