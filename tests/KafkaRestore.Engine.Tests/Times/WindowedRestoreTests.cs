using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Times;

/// <summary>Whole jobs with a time window: what they read, learn, leave out and say.</summary>
public sealed class WindowedRestoreTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-windowed-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_restore_learns_and_the_next_one_reads_only_what_it_needs()
    {
        var archive = await new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(100), 10).WriteManifestAsync();
        var first = await new Target().RunAsync(archive, Options(archive, 42, 47));
        var read = new List<string>();
        var second = await new Target().RunAsync(archive, Options(archive, 42, 47), read);

        Assert.Equal((6, 94, 10, 0, 100), Counts(first));
        Assert.Equal((6, 94, 10, 9, 100), Counts(second));
        Assert.Equal(first.PlanHash, second.PlanHash);
        Assert.Equal([archive.KeyOf("t", 0, 4)], read.Where(key => key.Contains("segment-", StringComparison.Ordinal)).Distinct());
        Assert.Equal(first.TopicsRestored[0].Partitions[0] with { ControlRecordOffsets = [], Gaps = [] }, second.TopicsRestored[0].Partitions[0] with { ControlRecordOffsets = [], Gaps = [] });

        static (long, long, long, long, long) Counts(RestoreReport report) => (report.RecordsRestored, report.RecordsSkippedByWindow, report.SegmentsProcessed, report.SegmentsNotRead, report.RecordsPlanned);
    }

    [Fact]
    public async Task Without_a_window_no_index_is_made()
    {
        var archive = await new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(20), 10).WriteManifestAsync();
        await new Target().RunAsync(archive, Options(archive, null, null));
        Assert.Empty(_directory.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task An_index_that_cannot_be_used_stops_nothing_and_is_told()
    {
        var archive = await new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(20), 10).WriteManifestAsync();
        var file = Path.Combine(_directory.FullName, "time-index");
        await File.WriteAllTextAsync(file, "in the way");
        var report = await new Target().RunAsync(archive, Options(archive, 5, 14));
        Assert.Equal((RestoreStatus.Done, 10), (report.Status, report.RecordsRestored));
        Assert.Contains(report.Warnings, warning => warning.Contains("could not be kept", StringComparison.Ordinal) && warning.Contains(ErrorCodes.StateUnwritable.Word, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Objects_that_need_not_be_read_must_exist_unless_slack_leaves_them_out()
    {
        var archive = await new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(100), 10).WriteManifestAsync();
        await new Target().RunAsync(archive, Options(archive, 42, 47));
        var lacking = new LostObjectStorage(archive.Storage, archive.KeyOf("t", 0, 0));

        var exact = await new Target().CheckAsync(Options(archive, 42, 47), lacking);
        Assert.Equal((ErrorCodes.SegmentMissing, archive.KeyOf("t", 0, 0)), Assert.Single(exact.Findings, finding => finding.Severity == Severity.Error) is var missing ? (missing.Code!, missing.Where!) : default);
        Assert.Contains(exact.Findings, finding => finding.What.StartsWith("9 of 10 segment(s) are not read", StringComparison.Ordinal));

        var slack = await new Target().CheckAsync(Options(archive, 42, 47, slack: 0) is var options ? options with { Execution = new ExecutionOptions() } : null!, lacking);
        Assert.True(slack.Passed);
    }

    [Fact]
    public async Task Slack_that_is_too_small_loses_records_and_says_so_and_slack_that_is_large_enough_loses_none()
    {
        // In the middle of the first segment stands a record of the window, 30 behind the segment's last one.
        var archive = new TestArchive()
            .AddSegment("t", 0, [Rec(0, 10), Rec(1, 50), Rec(2, 20)])
            .AddSegment("t", 0, [Rec(10, 45), Rec(11, 55)])
            .AddSegment("t", 0, [Rec(20, 12), Rec(21, 13), Rec(22, 14)]);
        await archive.WriteManifestAsync();

        var small = await new Target().RunAsync(archive, Options(archive, 40, 60, slack: 10, at: 0, index: false));
        var large = await new Target().RunAsync(archive, Options(archive, 40, 60, slack: 26, at: 0, index: false));

        Assert.Equal((2, 0, 2, 6, 2), Counts(small));
        var warning = Assert.Single(small.Warnings, warning => warning.Contains("time_window_slack", StringComparison.Ordinal));
        Assert.Contains("2 segment(s) with 6 record(s)", warning, StringComparison.Ordinal);
        Assert.Contains("may be missing", warning, StringComparison.Ordinal);
        Assert.Contains(small.NotChecked, line => line.Contains("2 segment(s) that time_window_slack leaves out", StringComparison.Ordinal));
        Assert.Equal(6, small.TopicsRestored[0].Partitions[0].LeftOutBySlack);
        Assert.Equal((3, 5, 0, 0, 8), Counts(large));
        Assert.DoesNotContain(large.Warnings, warning => warning.Contains("time_window_slack", StringComparison.Ordinal));

        static (long, long, long, long, long) Counts(RestoreReport report) =>
            (report.RecordsRestored, report.RecordsSkippedByWindow, report.SegmentsLeftOutBySlack, report.RecordsLeftOutBySlack, report.RecordsPlanned);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_slack_has_left_out_stays_left_out_and_what_it_has_not_stays_in_whatever_the_index_knows_later(bool knewBefore)
    {
        // Slack would leave out both first segments; the second holds a record of the window.
        var archive = new TestArchive()
            .AddSegment("t", 0, [Rec(0, 10), Rec(1, 11)])
            .AddSegment("t", 0, [Rec(10, 10), Rec(11, 50), Rec(12, 12)])
            .AddSegment("t", 0, [Rec(20, 45), Rec(21, 55)]);
        await archive.WriteManifestAsync();
        var options = Options(archive, 40, 60, slack: 5, at: 0) with { State = new StateOptions { Directory = Path.Combine(_directory.FullName, "state") } };
        if (knewBefore)
        {
            await KnowAsync(archive);
        }

        var target = new Target();
        var stopped = await target.RunAsync(archive, options, stopAfter: 1);
        Assert.Equal(RestoreStatus.Stopped, stopped.Status);
        if (knewBefore)
        {
            Directory.Delete(Path.Combine(_directory.FullName, "time-index"), recursive: true);
        }
        else
        {
            await KnowAsync(archive);
        }

        var report = await target.RunAsync(archive, options);

        Assert.True(report.Status == RestoreStatus.Done, string.Join(" | ", report.Errors));
        Assert.Equal(knewBefore ? [50L, 45, 55] : [45L, 55], target.Times);
        Assert.Equal(knewBefore ? (0, 0) : (2, 5), (report.SegmentsLeftOutBySlack, report.RecordsLeftOutBySlack));
        Assert.Equal(report.RecordsPlanned, report.RecordsRestored + report.RecordsSkippedByWindow);
    }

    [Fact]
    public async Task Another_slack_is_another_job()
    {
        var archive = await new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(20), 10).WriteManifestAsync();
        var file = Path.Combine(_directory.FullName, "job.json");
        RestoreOptions With(long? slack) => Options(archive, 15, null, slack) with { State = new StateOptions { CheckpointFile = file } };
        await new Target().RunAsync(archive, With(1_000));

        var failure = await Assert.ThrowsAsync<RestoreException>(() => new Target().RunAsync(archive, With(2_000)));

        Assert.Equal(ErrorCodes.JobDiffers, failure.Code);
        Assert.Contains("selection.time_window_slack: was 1000 ms / is 2000 ms", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_counts_what_would_be_read_and_a_partition_that_is_left_out_whole()
    {
        var archive = await new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(100), 10).AddSegment("t", 1, TestRecords.Ordinary(5)).WriteManifestAsync();
        using var job = new Target().Job(Options(archive, 42, null, slack: 0, index: false), archive.Storage);
        var plan = await job.PlanAsync(CancellationToken.None);
        var report = DryRunReportBuilder.Build(plan, await job.CheckAsync(plan, CancellationToken.None), null);
        Assert.Equal((6, 60, 5, 45), (report.SegmentsToProcess, report.RecordsToRestore, report.SegmentsLeftOutBySlack, report.RecordsLeftOutBySlack));
        Assert.Contains(report.Warnings, warning => warning.Contains("may be missing", StringComparison.Ordinal));
        Assert.Equal([(6L, 60L, 99L), (0L, 0L, 4L)], report.TopicsToRestore[0].Partitions.Select(partition => (partition.Segments, partition.Records, partition.OffsetRange[1])));
    }

    private async Task KnowAsync(TestArchive archive)
    {
        var report = await (await Engine.Times.IndexJob.OpenAsync(archive.Options(), _directory.FullName, archive.Storage, TimeProvider.System, CancellationToken.None)).RunAsync(1, CancellationToken.None);
        Assert.Equal(Engine.Times.IndexStatus.Complete, report.Status);
    }

    private RestoreOptions Options(TestArchive archive, long? start, long? end, long? slack = null, long at = TestRecords.SomeTime, bool index = true) => archive.Options() with
    {
        Selection = new SelectionOptions { TimeWindowStart = start + at, TimeWindowEnd = end + at, TimeWindowSlack = slack is { } ms ? TimeSpan.FromMilliseconds(ms) : null },
        Execution = new ExecutionOptions { TimeIndexDirectory = index ? _directory.FullName : null, CheckpointInterval = TimeSpan.FromMilliseconds(1) },
    };

    private static RecordData Rec(long offset, long time) => TestRecords.Record(offset, time, [1], [1]);

    /// <summary>A target, and restores into it.</summary>
    private sealed class Target
    {
        private readonly InMemorySinkFactory _sinks = new();
        private readonly FakeCluster _cluster;

        public Target() => _cluster = new FakeCluster(_sinks).With("t", 4);

        public IEnumerable<long> Times => _sinks.Log(new TargetPartition("t", 0)).Select(record => record.Timestamp);

        public RestoreJob Job(RestoreOptions options, Archive.Storage.IArchiveStorage storage) =>
            new(options, storage, _cluster, _sinks, reader: _ => Task.FromResult<Kafka.Reading.ITargetReader>(new InMemoryTargetReader(_sinks)));

        public async Task<PreflightResult> CheckAsync(RestoreOptions options, Archive.Storage.IArchiveStorage storage)
        {
            using var job = Job(options, storage);
            return await job.CheckAsync(await job.PlanAsync(CancellationToken.None), CancellationToken.None);
        }

        public async Task<RestoreReport> RunAsync(TestArchive archive, RestoreOptions options, List<string>? read = null, int stopAfter = int.MaxValue)
        {
            using var stop = new CancellationTokenSource();
            var appended = 0;
            _sinks.BeforeAppend = (_, _) =>
            {
                if (Interlocked.Increment(ref appended) > stopAfter)
                {
                    stop.Cancel();
                    stop.Token.ThrowIfCancellationRequested();
                }
            };
            using var job = Job(options, new HookedStorage(archive.Storage, key =>
            {
                lock (_sinks)
                {
                    read?.Add(key);
                }
            }));
            var plan = await job.OpenAsync(await job.PlanAsync(CancellationToken.None), CancellationToken.None);
            var preflight = await job.CheckAsync(plan, CancellationToken.None);
            Assert.True(preflight.Passed, string.Join(" | ", preflight.Findings.Select(finding => finding.Describe())));
            var running = job.RunAsync(plan, preflight, new RestoreProgress(plan, TimeProvider.System), stop.Token);
            await Streams.WithPatienceAsync(running, () => "the restore does not end");
            return await running;
        }
    }

    private sealed class LostObjectStorage(Archive.Storage.IArchiveStorage inner, string lost) : Archive.Storage.Decorators.ForwardingStorage(inner)
    {
        public override ValueTask<Archive.Storage.StorageEntry?> StatAsync(string key, CancellationToken cancellationToken) =>
            key == lost ? ValueTask.FromResult<Archive.Storage.StorageEntry?>(null) : base.StatAsync(key, cancellationToken);
    }
}
