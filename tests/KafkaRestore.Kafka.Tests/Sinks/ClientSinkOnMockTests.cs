using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Client;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;
using KafkaError = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Sinks;

/// <summary>The client's sink against the mock cluster, which fails on demand.</summary>
public sealed class ClientSinkOnMockTests : ClientSinkConformance, IAsyncLifetime
{
    private static readonly TimeSpan Never = TimeSpan.FromMinutes(30);
    private readonly MockCluster _cluster = new(brokers: 3);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Errors_that_pass_are_waited_out_without_loss_or_duplicate()
    {
        await using var stage = await StageAsync();
        var records = TestRecords.Ordinary(3_000);
        await using var sink = await stage.OpenAsync();
        _cluster.AnswerProduceWith(KafkaError.NotLeaderForPartition, KafkaError.NotEnoughReplicas, KafkaError.RequestTimedOut, KafkaError.NoError, KafkaError.LeaderNotAvailable);

        await SendAllAsync(sink, records);

        stage.Acks.AssertPrefixOf(records);
        Assert.Equal(records.Count, stage.Acks.Records);
        await AssertLogAsync(stage, records);
    }

    [Fact]
    public async Task A_change_of_leader_in_the_middle_loses_and_repeats_nothing()
    {
        await using var stage = await StageAsync();
        var records = TestRecords.Ordinary(6_000);
        await using var sink = await stage.OpenAsync();

        for (var i = 0; i < 6; i++)
        {
            _cluster.SetLeader(stage.Target.Topic, 0, 1 + i % 3);
            await sink.SendAsync(TestRecords.Block([.. records.Skip(i * 1_000).Take(1_000)]), CancellationToken.None);
        }

        await sink.FlushAsync(CancellationToken.None);
        stage.Acks.AssertPrefixOf(records);
        await AssertLogAsync(stage, records);
    }

    [Theory]
    [InlineData(KafkaError.TopicAuthorizationFailed, "TARGET_DENIED")]
    [InlineData(KafkaError.ClusterAuthorizationFailed, "TARGET_DENIED")]
    [InlineData(KafkaError.MsgSizeTooLarge, "RECORD_TOO_LARGE")]
    [InlineData(KafkaError.InvalidTimestamp, "PRODUCE_REFUSED")]
    [InlineData(KafkaError.PolicyViolation, "PRODUCE_REFUSED")]
    public async Task A_refusal_for_good_ends_the_sink_and_nothing_later_is_sent(KafkaError error, string code)
    {
        // One batch at a time: the mock does not refuse a batch that follows a refused one, as a broker does.
        await using var stage = await StageAsync(new DeliveryOptions { BatchRecords = 10, Linger = TimeSpan.FromMilliseconds(100) });
        var records = TestRecords.Ordinary(500);
        await using var sink = await stage.OpenAsync();
        await sink.SendAsync(TestRecords.Block([.. records.Take(20)]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);
        _cluster.AnswerProduceWith(error);

        var failure = await FailureAsync(() => SendAllAsync(sink, records.Skip(20).Take(10)));

        Assert.Equal((code, stage.Target.ToString()), (failure.Code.Word, failure.Where));
        Assert.Contains(code == "TARGET_DENIED" ? "denied" : "source offset 20", failure.Message, StringComparison.Ordinal);
        Assert.Same(failure, await FailureAsync(() => sink.SendAsync(TestRecords.Block([.. records.Skip(30)]), CancellationToken.None).AsTask()));
        Assert.Same(failure, await FailureAsync(() => sink.FlushAsync(CancellationToken.None).AsTask()));
        await sink.DisposeAsync();
        Assert.Equal(20, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
        await AssertLogAsync(stage, [.. records.Take(20)]);
    }

    [Fact]
    public async Task A_refusal_with_much_in_the_queue_is_named_by_its_cause()
    {
        for (var round = 0; round < 10; round++)
        {
            await using var stage = await StageAsync(new DeliveryOptions { BatchRecords = 10, Linger = TimeSpan.Zero });
            var records = TestRecords.Ordinary(2_000);
            await using var sink = await stage.OpenAsync();
            await SendAllAsync(sink, records.Take(20));
            _cluster.AnswerProduceWith(KafkaError.NoError, KafkaError.TopicAuthorizationFailed);

            var failure = await FailureAsync(() => SendAllAsync(sink, records.Skip(20)));

            Assert.Equal(ErrorCodes.TargetDenied, failure.Code);
            stage.Acks.AssertPrefixOf(records);
        }
    }

    [Fact]
    public async Task Silence_beyond_the_deadline_is_reported_with_the_exact_acknowledged_prefix()
    {
        var time = new ManualTime();
        await using var stage = await SinkStage.OnAsync(_cluster, new DeliveryOptions { AcknowledgementDeadline = TimeSpan.FromSeconds(10), BatchRecords = 10, Linger = TimeSpan.Zero }, time: time);
        var records = TestRecords.Ordinary(200);
        await using var sink = await stage.OpenAsync();
        await sink.SendAsync(TestRecords.Block([.. records.Take(50)]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);
        _cluster.Delay(Never);

        await sink.SendAsync(TestRecords.Block([.. records.Skip(50)]), CancellationToken.None);
        var flush = sink.FlushAsync(CancellationToken.None).AsTask();
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(5.5));
        }

        var failure = await FailureAsync(() => flush);

        Assert.Equal(ErrorCodes.TargetUnavailable, failure.Code);
        Assert.Equal(stage.Target.ToString(), failure.Where);
        Assert.Contains("no acknowledgement for", failure.Message, StringComparison.Ordinal);
        Assert.Equal(50, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
    }

    [Fact]
    public async Task An_idle_sink_has_no_deadline()
    {
        var time = new ManualTime();
        var topic = await _cluster.CreateTopicAsync();
        await using var factory = new ClientSinkFactory(_cluster.Connection, new DeliveryOptions { AcknowledgementDeadline = TimeSpan.FromSeconds(1) }, time: time);
        var acks = new SinkRecorder();
        await using var sink = await factory.OpenAsync(new SinkLane(new TargetPartition(topic, 0), 0, 1 << 20, null), acks, CancellationToken.None);

        for (var i = 0; i < 100; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await sink.SendAsync(TestRecords.Block([TestRecords.Record(0)]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);
        Assert.Equal(1, acks.Records);
    }

    [Fact]
    public async Task The_deadline_fires_only_after_its_whole_time_without_progress()
    {
        var time = new ManualTime();
        var topic = await _cluster.CreateTopicAsync();
        await using var factory = new ClientSinkFactory(_cluster.Connection, new DeliveryOptions { AcknowledgementDeadline = TimeSpan.FromSeconds(100) }, time: time);
        await using var sink = await factory.OpenAsync(new SinkLane(new TargetPartition(topic, 0), 0, 1 << 20, null), new SinkRecorder(), CancellationToken.None);
        _cluster.Delay(Never);
        await sink.SendAsync(TestRecords.Block([TestRecords.Record(0)]), CancellationToken.None);

        var flush = sink.FlushAsync(CancellationToken.None).AsTask();
        for (var i = 0; i < 100; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(flush.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(ErrorCodes.TargetUnavailable, (await FailureAsync(() => flush)).Code);
    }

    [Fact]
    public async Task The_queue_is_bounded_while_the_target_is_silent_and_waiting_can_be_cancelled()
    {
        await using var stage = await StageAsync();
        await using var sink = await stage.OpenAsync(queueBytes: 100_000);
        await SendAllAsync(sink, [TestRecords.Record(0)]);
        _cluster.Delay(Never);
        using var cancellation = new CancellationTokenSource();

        var sending = sink.SendAsync(TestRecords.Block([.. TestRecords.Ordinary(1_000, valueBytes: 1_000)]), cancellation.Token).AsTask();
        Assert.False(sending.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(ErrorCodes.Stopped, (await FailureAsync(() => sink.SendAsync(TestRecords.Block([TestRecords.Record(1)]), CancellationToken.None).AsTask())).Code);

        // What was handed over is still waited for, as long as somebody wants to wait.
        using var patience = new CancellationTokenSource();
        var flush = sink.FlushAsync(patience.Token).AsTask();
        Assert.False(flush.IsCompleted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_cancelled_flush_leaves_the_sink_usable()
    {
        await using var stage = await StageAsync();
        await using var sink = await stage.OpenAsync();
        _cluster.Delay(TimeSpan.FromSeconds(1));
        await sink.SendAsync(TestRecords.Block([TestRecords.Record(0)]), CancellationToken.None);
        using var cancellation = new CancellationTokenSource();
        var flush = sink.FlushAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush);
        _cluster.Delay(TimeSpan.Zero);

        await sink.SendAsync(TestRecords.Block([TestRecords.Record(1)]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        Assert.Equal(2, stage.Acks.Records);
    }

    [Fact]
    public async Task Disposing_does_not_wait_for_a_silent_target()
    {
        await using var stage = await StageAsync();
        var sink = await stage.OpenAsync();
        await SendAllAsync(sink, [TestRecords.Record(0)]);
        _cluster.Delay(Never);
        await sink.SendAsync(TestRecords.Block([.. TestRecords.Ordinary(1_000, firstOffset: 1)]), CancellationToken.None);

        await sink.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1, stage.Acks.Records);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sink.FlushAsync(CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task An_observer_that_throws_ends_the_sink_as_a_defect()
    {
        var topic = await _cluster.CreateTopicAsync();
        await using var factory = new ClientSinkFactory(_cluster.Connection, new DeliveryOptions());
        await using var sink = await factory.OpenAsync(new SinkLane(new TargetPartition(topic, 0), 0, 1 << 20, null), new ThrowingObserver(), CancellationToken.None);

        await sink.SendAsync(TestRecords.Block([TestRecords.Record(0), TestRecords.Record(1)]), CancellationToken.None);
        var failure = await FailureAsync(() => sink.FlushAsync(CancellationToken.None).AsTask());

        Assert.Equal(ErrorCodes.Internal, failure.Code);
        Assert.IsType<NotSupportedException>(failure.InnerException);
    }

    protected override Task<SinkStage> StageAsync() => StageAsync(null);

    private static async Task SendAllAsync(IRecordSink sink, IEnumerable<Records.Layout.RecordData> records)
    {
        foreach (var block in TestRecords.Blocks(records, 100))
        {
            await sink.SendAsync(block, CancellationToken.None);
        }

        await sink.FlushAsync(CancellationToken.None);
    }

    private Task<SinkStage> StageAsync(DeliveryOptions? delivery) => SinkStage.OnAsync(_cluster, delivery);

    private sealed class ThrowingObserver : ISinkObserver
    {
        public void Acknowledged(in SinkAck ack) => throw new NotSupportedException();

        public void Troubled(string? why)
        {
        }
    }
}
