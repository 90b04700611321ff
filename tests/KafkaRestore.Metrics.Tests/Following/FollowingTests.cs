using KafkaRestore.Archive.Storage;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Metrics.Exposition;
using KafkaRestore.Metrics.Following;
using KafkaRestore.Metrics.Tests.Support;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Metrics.Tests.Following;

/// <summary>What the numbers say of restores that run, end, begin again and fail.</summary>
public sealed class FollowingTests : IAsyncDisposable
{
    private static readonly RunLabels Labels = new("nightly", "shop");
    private const string Id = "restore_id=\"nightly\"";
    private readonly ManualTime _time = new();
    private readonly RestoreMetrics _metrics;
    private readonly MeterReader _reader;

    public FollowingTests()
    {
        _metrics = new RestoreMetrics(_time, TimeSpan.Zero);
        _reader = new MeterReader(_metrics.Instruments.Meter);
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _metrics.DisposeAsync();
    }

    [Fact]
    public void A_run_is_shown_as_it_goes()
    {
        var run = Lanes.Run(_time, ("orders", 0, 100), ("orders", 1, 100), ("stock", 0, 200));
        using var followed = _metrics.Follow(Labels, run);
        run.Lanes[0].Begin();
        run.Lanes[2].Begin();
        _time.Advance(TimeSpan.FromSeconds(10));
        run.Lanes[0].Acknowledge(60);
        run.Lanes[2].Acknowledge(40);
        ((ISinkObserver)run.Lanes[2]).Retried();
        ((ISinkObserver)run.Lanes[2]).Troubled("no leader");
        _time.Advance(TimeSpan.FromSeconds(10));
        run.Lanes[0].Acknowledge(40);
        run.Lanes[0].Finish();

        var page = Page();

        Assert.Equal(140, page[$"kafka_restore_records_total{{{Id}}}"]);
        Assert.Equal(1_400, page[$"kafka_restore_bytes_total{{{Id}}}"]);
        Assert.Equal(100, page[$"kafka_restore_topic_records_total{{{Id},topic=\"orders\"}}"]);
        Assert.Equal(400, page[$"kafka_restore_topic_bytes_total{{{Id},topic=\"stock\"}}"]);
        Assert.Equal(3, page[$"kafka_restore_acknowledgements_total{{{Id}}}"]);
        Assert.Equal(1, page[$"kafka_restore_partitions_completed_total{{{Id}}}"]);
        Assert.Equal(1, page[$"kafka_restore_retries_total{{{Id}}}"]);
        Assert.Equal(35, page[$"kafka_restore_progress_percent{{backup_id=\"shop\",{Id}}}"]);
        Assert.Equal(7, page[$"kafka_restore_throughput_records_per_sec{{{Id}}}"]);
        Assert.Equal(260 / 7.0, page[$"kafka_restore_eta_seconds{{{Id}}}"], 9);
        Assert.Equal(400, page[$"kafka_restore_records_planned{{{Id}}}"]);
        Assert.Equal([1, 1, 1, 0, 0], new[] { "waiting", "running", "done", "failed", "stopped" }.Select(state => page[$"kafka_restore_lanes{{{Id},state=\"{state}\"}}"]));
        Assert.Equal(10, page[$"kafka_restore_acknowledgement_age_seconds{{{Id}}}"]);
        Assert.Equal(1, page[$"kafka_restore_lanes_troubled{{{Id}}}"]);
        Assert.DoesNotContain(page.Series.Keys, static series => series.Contains("partition=", StringComparison.Ordinal));
    }

    [Fact]
    public void The_age_of_a_checkpoint_is_that_of_the_oldest()
    {
        var run = Lanes.Run(_time, ("a", 0, 1), ("a", 1, 1), ("a", 2, 1));
        using var followed = _metrics.Follow(Labels, run);
        run.Lanes[0].Begin();
        Assert.DoesNotContain("kafka_restore_checkpoint_age_seconds", Page().Kinds.Keys);

        run.Lanes[1].Begin();
        run.Lanes[0].Checkpointed(1_000, 20);
        _time.Advance(TimeSpan.FromSeconds(7));
        run.Lanes[1].Checkpointed(0, 5);
        run.Lanes[0].Checkpointed(100, 30);
        _time.Advance(TimeSpan.FromSeconds(2));
        run.Lanes[1].Checkpointed(0, 6);

        var page = Page();
        Assert.Equal(2, page[$"kafka_restore_checkpoint_age_seconds{{{Id}}}"]);
        Assert.Equal(1_000 + 100 + 30 + 6, page[$"kafka_restore_offset_map_size_bytes{{{Id}}}"]);
    }

    [Fact]
    public void What_earlier_runs_have_restored_counts_for_the_share_and_not_for_the_speed()
    {
        var run = Lanes.Run(_time, ("orders", 0, 100));
        using var followed = _metrics.Follow(Labels, run);
        run.Lanes[0].Begin(before: 50);
        _time.Advance(TimeSpan.FromSeconds(5));
        run.Lanes[0].Acknowledge(10);

        var page = Page();

        Assert.Equal(10, page[$"kafka_restore_records_total{{{Id}}}"]);
        Assert.Equal(100, page[$"kafka_restore_bytes_total{{{Id}}}"]);
        Assert.Equal(60, page[$"kafka_restore_progress_percent{{backup_id=\"shop\",{Id}}}"]);
        Assert.Equal(2, page[$"kafka_restore_throughput_records_per_sec{{{Id}}}"]);
        Assert.Equal(20, page[$"kafka_restore_eta_seconds{{{Id}}}"]);
    }

    [Fact]
    public void A_hundred_percent_are_shown_only_when_every_partition_is_done()
    {
        var run = Lanes.Run(_time, ("orders", 0, 100));
        using var followed = _metrics.Follow(Labels, run);
        run.Lanes[0].Begin();
        run.Lanes[0].Acknowledge(100);
        Assert.Equal(99.9, page(), 9);

        run.Lanes[0].Finish();
        Assert.Equal(100, page());

        double page() => Page()[$"kafka_restore_progress_percent{{backup_id=\"shop\",{Id}}}"];
    }

    [Fact]
    public void Runs_of_the_same_restore_one_after_the_other_add_up_and_how_the_last_ended_stays()
    {
        var first = Lanes.Run(_time, ("orders", 0, 100), ("stock", 0, 10));
        using (var followed = _metrics.Follow(Labels, first))
        {
            first.Lanes[0].Begin();
            first.Lanes[0].Acknowledge(30);
            first.Lanes[0].Fail(ErrorCodes.TargetUnreachable);
            _time.Advance(TimeSpan.FromSeconds(4));
            followed.Ends(RunOutcome.Partial);
        }

        var page = Page();
        Assert.Equal(30, page[$"kafka_restore_records_total{{{Id}}}"]);
        Assert.Equal(1, page[$"kafka_restore_errors_total{{error_type=\"TARGET_UNREACHABLE\",{Id}}}"]);
        Assert.Equal(1, page[$"kafka_restore_lanes{{{Id},state=\"failed\"}}"]);
        Assert.Equal(1, page["kafka_restore_duration_seconds_bucket{backup_id=\"shop\",status=\"partial\",le=\"5\"}"]);
        Assert.Equal(0, page["kafka_restore_duration_seconds_bucket{backup_id=\"shop\",status=\"partial\",le=\"1\"}"]);

        var second = Lanes.Run(_time, ("orders", 0, 100), ("stock", 0, 10));
        using (var followed = _metrics.Follow(Labels, second))
        {
            second.Lanes[0].Begin(before: 30);
            Assert.Equal(30, Page()[$"kafka_restore_records_total{{{Id}}}"]);
            second.Lanes[0].Acknowledge(70);
            second.Lanes[0].Finish();
            followed.Ends(RunOutcome.Success);
        }

        page = Page();
        Assert.Equal(100, page[$"kafka_restore_records_total{{{Id}}}"]);
        Assert.Equal(1, page[$"kafka_restore_errors_total{{error_type=\"TARGET_UNREACHABLE\",{Id}}}"]);
        Assert.Equal(0, page[$"kafka_restore_lanes{{{Id},state=\"failed\"}}"]);
        Assert.Equal(1, page["kafka_restore_duration_seconds_count{backup_id=\"shop\",status=\"success\"}"]);
    }

    [Fact]
    public void A_run_that_ends_without_a_word_has_failed()
    {
        using (_metrics.Follow(Labels, Lanes.Run(_time, ("orders", 0, 100))))
        {
        }

        Assert.Equal(1, Page()[$"kafka_restore_errors_total{{error_type=\"RUN_FAILED\",{Id}}}"]);
        Assert.Equal(1, Page()["kafka_restore_duration_seconds_count{backup_id=\"shop\",status=\"failure\"}"]);
    }

    [Fact]
    public void Jobs_of_a_service_are_told_apart_and_only_the_last_that_ended_are_shown()
    {
        using var running = _metrics.Follow(Labels with { JobId = "runs" }, Lanes.Run(_time, ("orders", 0, 1)));
        for (var i = 0; i < JobBook.MostEnded + 5; i++)
        {
            _metrics.Follow(Labels with { JobId = $"job-{i}" }, Lanes.Run(_time, ("orders", 0, 1))).Dispose();
        }

        _metrics.Follow(Labels with { JobId = "last" }, Lanes.Run(_time, ("orders", 0, 1))).Dispose();

        var shown = Page().Series.Keys.Where(static series => series.StartsWith("kafka_restore_records_planned{", StringComparison.Ordinal)).ToList();
        Assert.Contains(shown, static series => series.Contains("job_id=\"runs\"", StringComparison.Ordinal));
        Assert.Contains(shown, static series => series.Contains("job_id=\"last\"", StringComparison.Ordinal));
        Assert.DoesNotContain(shown, static series => series.Contains("job_id=\"job-0\"", StringComparison.Ordinal));
        Assert.InRange(shown.Count, JobBook.MostEnded, JobBook.MostEnded + 2);
    }

    [Fact]
    public void Of_many_topics_the_largest_have_numbers_of_their_own()
    {
        var run = Lanes.Run(_time, [.. Enumerable.Range(0, JobBook.MostTopics + 10).Select(static topic => ($"topic-{topic}", 0, 1_000L + topic))]);
        using var followed = _metrics.Follow(Labels, run);
        foreach (var lane in run.Lanes)
        {
            lane.Begin();
            lane.Acknowledge(1);
        }

        var page = Page();

        Assert.Equal(10, page[$"kafka_restore_topic_records_total{{{Id},topic=\"(other)\"}}"]);
        Assert.Equal(1, page[$"kafka_restore_topic_records_total{{{Id},topic=\"topic-{JobBook.MostTopics + 9}\"}}"]);
        Assert.DoesNotContain(page.Series.Keys, static series => series.Contains("topic=\"topic-0\"", StringComparison.Ordinal));
        Assert.Equal(run.Lanes.Count, page[$"kafka_restore_records_total{{{Id}}}"]);
    }

    [Fact]
    public void Lanes_that_are_carried_out_here_for_a_run_that_is_led_elsewhere_are_counted_once()
    {
        var run = Lanes.Run(_time, ("orders", 0, 100), ("orders", 1, 100));
        using var whole = _metrics.Follow(Labels, run, isCarriedOutHere: false);
        using (_metrics.FollowLanes(Labels, [run.Lanes[0]]))
        {
            run.Lanes[0].Begin();
            run.Lanes[0].Acknowledge(100);
            run.Lanes[0].Finish();
        }

        var page = Page();

        Assert.Equal(100, page[$"kafka_restore_records_total{{{Id}}}"]);
        Assert.Equal(50, page[$"kafka_restore_progress_percent{{backup_id=\"shop\",{Id}}}"]);
        Assert.DoesNotContain("kafka_restore_errors_total", page.Kinds.Keys);
    }

    [Fact]
    public async Task Requests_to_a_storage_are_counted_one_by_one()
    {
        var options = new InMemoryStorageOptions();
        await using (var storage = StorageFactory.Open(options, counters: _metrics.CountersOf(options)))
        {
            await storage.WriteAsync("a", new byte[5], WriteMode.Replace, default);
            Assert.Equal(5, await storage.ReadAsync("a", 0, new byte[9], default));
            await Assert.ThrowsAsync<RestoreException>(async () => await storage.ReadAsync("b", 0, new byte[9], default));
        }

        var page = Page();

        Assert.Equal(3, page["kafka_restore_storage_request_duration_seconds_count{backend=\"memory\"}"]);
        Assert.Equal(5, page["kafka_restore_storage_read_bytes_total{backend=\"memory\"}"]);
        Assert.Equal(5, page["kafka_restore_storage_written_bytes_total{backend=\"memory\"}"]);
        Assert.Equal(1, page["kafka_restore_storage_errors_total{backend=\"memory\"}"]);
        Assert.Same(_metrics.CountersOf(options), _metrics.CountersOf(new InMemoryStorageOptions()));
    }

    [Fact]
    public async Task Values_are_good_for_as_long_as_was_asked_for()
    {
        await using var metrics = new RestoreMetrics(_time, TimeSpan.FromSeconds(1));
        using var reader = new MeterReader(metrics.Instruments.Meter);
        var run = Lanes.Run(_time, ("orders", 0, 100));
        using var followed = metrics.Follow(Labels, run);
        run.Lanes[0].Begin();
        Assert.Equal(0, Records());

        run.Lanes[0].Acknowledge(10);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(0, Records());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(10, Records());

        double Records() => PageText.Read(TextFormat.Prometheus.Write(reader.Read()))[$"kafka_restore_records_total{{{Id}}}"];
    }

    private PageText Page() => PageText.Read(TextFormat.Prometheus.Write(_reader.Read()));
}
