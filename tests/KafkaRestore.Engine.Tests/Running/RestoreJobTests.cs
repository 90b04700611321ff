using System.Collections.Concurrent;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Running;

public sealed class RestoreJobTests
{
    private readonly InMemorySinkFactory _sinks = new();
    private readonly FakeCluster _cluster;

    public RestoreJobTests() => _cluster = new FakeCluster(_sinks);

    [Fact]
    public async Task A_whole_archive_arrives_and_the_report_adds_up()
    {
        var records = TestRecords.Nasty();
        var archive = new TestArchive()
            .AddSegment("a", 0, records)
            .AddSegment("b", 0, TestRecords.Ordinary(50)).AddSegment("b", 0, TestRecords.Ordinary(50, 40))
            .AddSegments("b", 1, TestRecords.Ordinary(100), 7);
        var report = await RunAsync(archive);
        Assert.Equal(RestoreStatus.Done, report.Status);
        RecordComparison.AssertEqual(records, Log("a", 0), "a/0", offsets: false);
        RecordComparison.AssertEqual(TestRecords.Ordinary(90), Log("b", 0), "b/0", offsets: false);
        Assert.Equal((10, report.RecordsPlanned), (report.RecordsDeduplicated, report.RecordsRestored + report.RecordsDeduplicated));
        Assert.Equal(18, report.SegmentsProcessed);
        Assert.Equal(["a", "b"], report.TopicsRestored.Select(topic => topic.SourceTopic));
        var entry = report.OffsetMapping.Entries["b/0"];
        Assert.Equal((0, 89, 0L, 89L), (entry.SourceFirstOffset, entry.SourceLastOffset, entry.TargetFirstOffset, entry.TargetLastOffset));
    }

    [Fact]
    public async Task All_reasons_for_a_record_to_be_left_out_are_counted_apart()
    {
        var archive = new TestArchive { IsolationLevel = null };
        var old = Enumerable.Range(0, 10).Select(offset => TestRecords.Record(offset, 100 + offset, [1], [1])).ToList();
        var young = old.Skip(5).Select(record => record with { Value = [2] }).ToList();
        archive.AddSegment("t", 0, old, uploadedAt: 1).AddSegment("t", 0, young, uploadedAt: 2);
        archive.AddSegment("t", 0, [.. Enumerable.Range(20, 4).Select(offset => TestRecords.Record(offset, 105, [0, 0, 0, 1], [0, 0, 0, 0, 0, 0]))]);
        archive.AddSegment("u", 0, old).AddSegment("u", 0, old);
        var report = await RunAsync(archive, options => options with
        {
            Selection = new SelectionOptions { Generation = GenerationChoice.Newest, TimeWindowStart = 103 },
        });
        Assert.Equal(RestoreStatus.Done, report.Status);
        Assert.Equal((14, 6, 10, 4, 5), (report.RecordsRestored, report.RecordsSkippedByWindow, report.RecordsDeduplicated, report.ControlRecordsDropped, report.OtherGenerationDropped));
        Assert.Equal(39, report.RecordsPlanned);
        Assert.Equal([20L, 21L, 22L, 23L], report.TopicsRestored[0].Partitions[0].ControlRecordOffsets);
    }

    [Fact]
    public async Task Topics_are_created_as_the_plan_says_and_empty_ones_too()
    {
        var archive = new TestArchive().AddTopic("empty", 3).AddTopic("t", 4).AddSegment("t", 1, TestRecords.Ordinary(1));
        var report = await RunAsync(archive, options => options with { Preparation = new PreparationOptions { CreateTopics = true, DefaultReplicationFactor = 2 } });
        Assert.Equal(RestoreStatus.Done, report.Status);
        Assert.Equal([("empty", 3, (short)2), ("t", 4, (short)2)], _cluster.Created.Select(topic => (topic.Name, topic.Partitions, topic.ReplicationFactor)));
    }

    [Fact]
    public async Task An_archive_with_nothing_but_empty_topics_is_done_at_once()
    {
        var report = await RunAsync(new TestArchive().AddTopic("empty", 3));
        Assert.Equal((RestoreStatus.Done, 0, 0), (report.Status, report.RecordsRestored, report.RecordsPlanned));
        Assert.Equal("empty", Assert.Single(_cluster.Created).Name);
    }

    [Fact]
    public async Task One_failing_lane_leaves_the_others()
    {
        var archive = Three();
        await archive.DamageAsync("t", 1, 1);
        var report = await RunAsync(archive);
        Assert.Equal(RestoreStatus.Partial, report.Status);
        Assert.Equal(["done", "failed", "done"], report.TopicsRestored[0].Partitions.Select(partition => partition.State));
        Assert.Equal([30L, 10L, 30L], report.TopicsRestored[0].Partitions.Select(partition => partition.Records));
        var error = Assert.Single(report.Errors);
        Assert.StartsWith("t/1: ARCHIVE_CORRUPT", error, StringComparison.Ordinal);
        Assert.Contains(archive.KeyOf("t", 1, 1), error, StringComparison.Ordinal);
        RecordComparison.AssertEqual(TestRecords.Ordinary(10), Log("t", 1), "t/1", offsets: false);
    }

    [Fact]
    public async Task A_sink_that_fails_midway_fails_its_lane_with_what_was_acknowledged()
    {
        _sinks.BeforeAppend = (target, record) =>
        {
            if (target.Partition == 2 && record.Offset == 17)
            {
                throw new RestoreException(ErrorCodes.ProduceRefused, "refused", target.ToString());
            }
        };
        var report = await RunAsync(Three());
        Assert.Equal(RestoreStatus.Partial, report.Status);
        var partition = report.TopicsRestored[0].Partitions[2];
        Assert.Equal(("failed", 17L, 16L, 16L), (partition.State, partition.Records, partition.LastOffset, partition.TargetLastOffset));
        Assert.Equal(77, report.RecordsRestored);
        Assert.StartsWith("t/2: PRODUCE_REFUSED", Assert.Single(report.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_defect_in_a_sink_is_an_internal_error_of_its_lane()
    {
        _sinks.BeforeAppend = (target, _) => throw (target.Partition == 0 ? new InvalidTimeZoneException("odd") : new RestoreException(ErrorCodes.ProduceRefused, "refused"));
        var report = await RunAsync(Three());
        Assert.Equal(RestoreStatus.Partial, report.Status);
        Assert.Contains(report.Errors, error => error.StartsWith("t/0: INTERNAL: InvalidTimeZoneException", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task As_many_lanes_run_at_once_as_allowed_and_in_the_plans_order(int atOnce)
    {
        var archive = new TestArchive();
        for (var i = 0; i < 5; i++)
        {
            archive.AddSegment($"t{i}", 0, TestRecords.Ordinary(10 * (i + 1)));
        }

        using var sinks = new GatedSinks(_sinks, atOnce);
        var report = await RunAsync(archive, options => options with { Execution = new ExecutionOptions { MaxConcurrentLanes = atOnce, Priority = ["t1"] } }, sinks);
        Assert.Equal(RestoreStatus.Done, report.Status);
        Assert.Equal(atOnce, sinks.MostAtOnce);
        string[] order = ["t1", "t4", "t3", "t2", "t0"];
        if (atOnce == 1)
        {
            Assert.Equal(order, sinks.Opened);
        }
        else
        {
            Assert.Equal(order.Take(atOnce).Order(), sinks.Opened.Take(atOnce).Order());
        }
    }

    [Fact]
    public async Task Stopped_before_the_first_record_nothing_is_written()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var report = await RunAsync(Three(), stop: stop);
        Assert.Equal((RestoreStatus.Stopped, 0), (report.Status, report.RecordsRestored));
        Assert.All(report.TopicsRestored[0].Partitions, partition => Assert.Equal("waiting", partition.State));
        Assert.Empty(Log("t", 0));
        Assert.Contains("the ends of the target's logs", report.NotChecked);
    }

    [Fact]
    public async Task Stopped_in_the_middle_the_report_says_exactly_what_stands_in_the_log()
    {
        using var stop = new CancellationTokenSource();
        _sinks.BeforeAppend = (target, record) =>
        {
            if (target.Partition == 1 && record.Offset == 13)
            {
                stop.Cancel();
            }
        };
        var report = await RunAsync(Three(), options => options with { Execution = new ExecutionOptions { MaxConcurrentLanes = 1 } }, stop: stop);
        Assert.Equal(RestoreStatus.Stopped, report.Status);
        Assert.Equal(["done", "stopped", "waiting"], report.TopicsRestored[0].Partitions.Select(partition => partition.State));
        Assert.All(report.TopicsRestored[0].Partitions, partition => Assert.Equal(Log("t", partition.TargetPartition).Count, partition.Records));
        Assert.Equal(14, Log("t", 1).Count);
        Assert.Empty(report.Errors);
    }

    [Fact]
    public async Task Stopped_after_the_last_record_all_is_done()
    {
        using var stop = new CancellationTokenSource();
        var left = 90;
        _sinks.BeforeAppend = (_, _) => Interlocked.Decrement(ref left);
        _cluster.BeforeReadRanges = () =>
        {
            if (Volatile.Read(ref left) == 0)
            {
                stop.Cancel();
            }
        };
        var report = await RunAsync(Three(), stop: stop);
        Assert.Equal((RestoreStatus.Done, 90), (report.Status, report.RecordsRestored));
        Assert.DoesNotContain("the ends of the target's logs", report.NotChecked);
    }

    [Fact]
    public async Task A_partition_that_was_empty_and_is_not_any_more_refuses_the_run()
    {
        var archive = Three();
        var calls = 0;
        _cluster.With("t", 3).BeforeReadRanges = () =>
        {
            if (++calls == 2)
            {
                _sinks.Append(new TargetPartition("t", 1), TestRecords.Record(0));
            }
        };
        var report = await RunAsync(archive);
        Assert.Equal((RestoreStatus.Refused, 0), (report.Status, report.RecordsRestored));
        Assert.StartsWith("TARGET_NOT_EMPTY", Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Empty(Log("t", 0));
    }

    [Fact]
    public async Task A_budget_too_small_for_its_lanes_refuses_before_a_topic_is_created()
    {
        var report = await RunAsync(Three(), options => options with { Execution = new ExecutionOptions { MemoryBudgetBytes = 1 << 20 } });
        Assert.Equal(RestoreStatus.Refused, report.Status);
        Assert.StartsWith("CONFIG_INVALID", Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Empty(_cluster.Created);
    }

    [Fact]
    public async Task Appending_begins_behind_what_is_there()
    {
        _cluster.With("t", 3);
        foreach (var record in TestRecords.Ordinary(4, 900))
        {
            _sinks.Append(new TargetPartition("t", 0), record);
        }

        var report = await RunAsync(Three(), options => options with { Preparation = new PreparationOptions { AppendToExisting = true } });
        Assert.Equal(RestoreStatus.Done, report.Status);
        Assert.Equal((4L, 33L), (report.TopicsRestored[0].Partitions[0].TargetFirstOffset, report.TopicsRestored[0].Partitions[0].TargetLastOffset));
        RecordComparison.AssertEqual(TestRecords.Ordinary(30), [.. Log("t", 0).Skip(4)], "behind", offsets: false);
    }

    public static TheoryData<long, long, string?, string?> LogEnds => new()
    {
        { 0, 30, null, null },
        { 0, 29, "TARGET_REWOUND", null },
        { 0, 0, "TARGET_REWOUND", null },
        { 5, 30, "TARGET_REWOUND", null },
        { 0, 33, null, "3 beyond the restored records" },
    };

    [Theory]
    [MemberData(nameof(LogEnds))]
    public async Task After_the_run_every_log_must_end_where_the_acknowledgements_say(long logStart, long end, string? error, string? warning)
    {
        var restored = 0;
        _sinks.BeforeAppend = (_, _) => Interlocked.Increment(ref restored);
        _cluster.BeforeReadRanges = () =>
        {
            if (restored == 90)
            {
                _cluster.Ranges[new TargetPartition("t", 1)] = new PartitionRange(logStart, end);
            }
        };
        var report = await RunAsync(Three());
        Assert.Equal(error is null ? RestoreStatus.Done : RestoreStatus.Partial, report.Status);
        Assert.Equal(error is null ? "done" : "failed", report.TopicsRestored[0].Partitions[1].State);
        Assert.Equal(error is not null, report.Errors.Any(text => text.StartsWith(error ?? "-", StringComparison.Ordinal) && text.Contains("t/1", StringComparison.Ordinal)));
        Assert.Equal(warning is not null, report.Warnings.Any(text => text.Contains(warning ?? "-none-", StringComparison.Ordinal)));
        Assert.DoesNotContain("the ends of the target's logs", report.NotChecked);
    }

    [Fact]
    public async Task Log_ends_that_cannot_be_read_are_a_warning_and_stand_as_not_checked()
    {
        var restored = 0;
        _sinks.BeforeAppend = (_, _) => Interlocked.Increment(ref restored);
        _cluster.BeforeReadRanges = () =>
        {
            if (restored == 90)
            {
                throw new RestoreException(ErrorCodes.TargetUnreachable, "gone");
            }
        };
        var report = await RunAsync(Three());
        Assert.Equal(RestoreStatus.Done, report.Status);
        Assert.Contains(report.Warnings, warning => warning.Contains("gone", StringComparison.Ordinal));
        Assert.Contains("the ends of the target's logs", report.NotChecked);
    }

    [Fact]
    public async Task Markers_of_the_sink_are_no_records_and_nobody_elses()
    {
        _sinks.MarkersOnOpen = 2;
        var report = await RunAsync(Three());

        Assert.Equal((RestoreStatus.Done, 90), (report.Status, report.RecordsRestored));
        Assert.DoesNotContain(report.Warnings, warning => warning.Contains("beyond the restored records", StringComparison.Ordinal));
        Assert.All(report.TopicsRestored[0].Partitions, partition => Assert.Equal((2L, 31L), (partition.TargetFirstOffset, partition.TargetLastOffset)));
    }

    public static TheoryData<long, long, string?> LogEndsBehindMarkers => new()
    {
        { 0, 32, null },
        { 2, 32, null },
        { 0, 31, "TARGET_REWOUND" },
        { 3, 32, "TARGET_REWOUND" },
    };

    [Theory]
    [MemberData(nameof(LogEndsBehindMarkers))]
    public async Task After_the_run_the_log_is_compared_with_where_the_markers_end(long logStart, long end, string? error)
    {
        var restored = 0;
        _sinks.MarkersOnOpen = 2;
        _sinks.BeforeAppend = (_, _) => Interlocked.Increment(ref restored);
        _cluster.BeforeReadRanges = () =>
        {
            if (restored == 90)
            {
                _cluster.Ranges[new TargetPartition("t", 1)] = new PartitionRange(logStart, end);
            }
        };
        var report = await RunAsync(Three());

        Assert.Equal(error is null ? [] : [error], report.Errors.Select(text => text.Split(':')[0]));
        Assert.DoesNotContain(report.Warnings, warning => warning.Contains("beyond the restored records", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Markers_that_an_earlier_attempt_left_do_not_refuse_the_run()
    {
        _cluster.With("t", 3);
        var target = new TargetPartition("t", 1);
        _sinks.AppendMarkers(target, 1);
        _sinks.MarkersOnOpen = 1;
        _cluster.OnlyMarkers.Add(target);
        var report = await RunAsync(Three());

        Assert.Equal((RestoreStatus.Done, 90), (report.Status, report.RecordsRestored));
        Assert.Equal([1L, 2L, 1L], report.TopicsRestored[0].Partitions.Select(partition => partition.TargetFirstOffset!.Value));
    }

    [Fact]
    public async Task The_report_says_which_sink_wrote_and_why()
    {
        var report = await RunAsync(Three());

        Assert.Equal(("memory", "idempotent", "a test"), (report.Sink, report.Delivery, report.SinkReason));
        Assert.Equal(1, _sinks.Prepared);
    }

    [Fact]
    public async Task A_sink_that_refuses_the_target_refuses_the_run_before_a_topic_is_created()
    {
        _sinks.BeforePrepare = () => throw new RestoreException(ErrorCodes.ConfigInvalid, "cannot be had", "restore.sink");
        var report = await RunAsync(Three());

        Assert.Equal((RestoreStatus.Refused, null, null, null), (report.Status, report.Sink, report.Delivery, report.SinkReason));
        Assert.StartsWith("CONFIG_INVALID: cannot be had (restore.sink)", Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Empty(_cluster.Created);
        Assert.All(report.TopicsRestored[0].Partitions, partition => Assert.Equal("waiting", partition.State));
    }

    [Fact]
    public async Task A_lane_whose_sink_does_not_open_fails_alone()
    {
        await using var sinks = new RefusingSinks(_sinks, new TargetPartition("t", 1));
        var report = await RunAsync(Three(), sinks: sinks);

        Assert.Equal(RestoreStatus.Partial, report.Status);
        Assert.Equal(["done", "failed", "done"], report.TopicsRestored[0].Partitions.Select(partition => partition.State));
        Assert.StartsWith("t/1: FENCED", Assert.Single(report.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_segment_taken_at_its_word_is_named_in_the_report()
    {
        // Preflight looks into the first and the last one.
        var archive = new TestArchive { Describe = entry => entry.StartOffset == 5 ? entry with { Sha256 = default(Archive.KafkaBackup.Manifests.Sha256Digest) } : entry }
            .AddSegments("t", 0, TestRecords.Ordinary(15), 5);
        Assert.Equal(RestoreStatus.Partial, (await RunAsync(archive)).Status);
        var report = await RunAsync(archive, options => options with { TrustSegments = true, Mapping = new MappingOptions { Topics = new Dictionary<string, string> { ["t"] = "again" } } });
        Assert.Equal((RestoreStatus.Done, 15), (report.Status, report.RecordsRestored));
        Assert.Contains(report.Warnings, warning => warning.Contains("taken at its word", StringComparison.Ordinal) && warning.Contains(archive.KeyOf("t", 0, 1), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_check_that_did_not_pass_cannot_be_run()
    {
        var archive = await Three().WriteManifestAsync();
        var job = new RestoreJob(archive.Options(), archive.Storage, _cluster, _sinks);
        var plan = await job.PlanAsync(CancellationToken.None);
        var preflight = await job.CheckAsync(plan, CancellationToken.None);
        Assert.False(preflight.Passed);
        await Assert.ThrowsAsync<ArgumentException>(() => job.RunAsync(plan, preflight, new RestoreProgress(plan, TimeProvider.System), CancellationToken.None));
    }

    private static TestArchive Three()
    {
        var archive = new TestArchive();
        for (var partition = 0; partition < 3; partition++)
        {
            archive.AddSegments("t", partition, TestRecords.Ordinary(30), 10);
        }

        return archive;
    }

    private List<RecordData> Log(string topic, int partition) =>
        [.. _sinks.Log(new TargetPartition(topic, partition)).Select(record => new RecordData(record.Offset, record.Timestamp, record.Key, record.Value, record.Headers))];

    private async Task<RestoreReport> RunAsync(TestArchive archive, Func<RestoreOptions, RestoreOptions>? change = null, IRecordSinkFactory? sinks = null, CancellationTokenSource? stop = null)
    {
        await archive.WriteManifestAsync();
        var options = archive.Options() with { Preparation = new PreparationOptions { CreateTopics = true } };
        options = change is null ? options : change(options);
        var job = new RestoreJob(options, archive.Storage, _cluster, sinks ?? _sinks);
        var plan = await job.PlanAsync(CancellationToken.None);
        foreach (var topic in plan.Topics.Where(_ => !options.Preparation.CreateTopics))
        {
            _cluster.Topics.TryAdd(topic.Name, new TopicDescription(topic.Name, topic.PartitionsToCreate, null, null));
        }

        var preflight = await job.CheckAsync(plan, CancellationToken.None);
        Assert.True(preflight.Passed, string.Join(" | ", preflight.Findings.Select(finding => finding.Describe())));
        var progress = new RestoreProgress(plan, TimeProvider.System);
        var running = job.RunAsync(plan, preflight, progress, stop?.Token ?? CancellationToken.None);
        await Streams.WithPatienceAsync(running, () => string.Join(", ", progress.Lanes.Select(lane => $"{lane.Lane.Target} {lane.State} {lane.Acknowledged}")));
        return await running;
    }

    /// <summary>Cannot open one partition.</summary>
    private sealed class RefusingSinks(InMemorySinkFactory inner, TargetPartition refused) : IRecordSinkFactory
    {
        public SinkDescription Description => inner.Description;

        public ValueTask PrepareAsync(CancellationToken cancellationToken) => inner.PrepareAsync(cancellationToken);

        public ValueTask<IRecordSink> OpenAsync(SinkLane lane, ISinkObserver observer, CancellationToken cancellationToken) =>
            lane.Target == refused ? throw new RestoreException(ErrorCodes.Fenced, "taken over", lane.Target.ToString()) : inner.OpenAsync(lane, observer, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Lets nobody send until as many lanes are open as may be.</summary>
    private sealed class GatedSinks(InMemorySinkFactory inner, int expected) : IRecordSinkFactory, IDisposable
    {
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ConcurrentQueue<string> _opened = new();
        private readonly Lock _gate = new();
        private int _open;

        public SinkDescription Description { get; } = new("gated", "idempotent", "a test");

        public ValueTask PrepareAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public int MostAtOnce { get; private set; }

        public IEnumerable<string> Opened => _opened;

        public async ValueTask<IRecordSink> OpenAsync(SinkLane lane, ISinkObserver observer, CancellationToken cancellationToken)
        {
            _opened.Enqueue(lane.Target.Topic);
            lock (_gate)
            {
                MostAtOnce = Math.Max(MostAtOnce, ++_open);
                if (_open == expected)
                {
                    _full.TrySetResult();
                }
            }

            await _full.Task;
            return new Sink(this, await inner.OpenAsync(lane, observer, cancellationToken));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public void Dispose() => _full.TrySetCanceled();

        private sealed class Sink(GatedSinks owner, IRecordSink sink) : IRecordSink
        {
            public long StartOffset => sink.StartOffset;

            public ValueTask SendAsync(RecordBlock block, CancellationToken cancellationToken) => sink.SendAsync(block, cancellationToken);

            public ValueTask FlushAsync(CancellationToken cancellationToken) => sink.FlushAsync(cancellationToken);

            public ValueTask DisposeAsync()
            {
                lock (owner._gate)
                {
                    owner._open--;
                }

                return sink.DisposeAsync();
            }
        }
    }
}
