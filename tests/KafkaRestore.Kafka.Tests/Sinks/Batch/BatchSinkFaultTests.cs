using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Batch;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;
using static KafkaRestore.Kafka.Tests.Sinks.Batch.FaultyWire;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

/// <summary>Answers that are lost, damaged, or not the truth: each record stands in the log once all the same.</summary>
public sealed class BatchSinkFaultTests
{
    private static readonly DeliveryOptions SmallBatches = new() { BatchRecords = 50, ConnectionsPerBroker = 1 };

    // Each of these may be answered for a batch that is in the log all the same.
    [RealKafkaTheory]
    [InlineData(KafkaErrorCode.NotEnoughReplicas)]
    [InlineData(KafkaErrorCode.NotEnoughReplicasAfterAppend)]
    [InlineData(KafkaErrorCode.RequestTimedOut)]
    [InlineData(KafkaErrorCode.NotLeaderForPartition)]
    [InlineData(KafkaErrorCode.LeaderNotAvailable)]
    [InlineData(KafkaErrorCode.UnknownTopicOrPart)]
    [InlineData(KafkaErrorCode.FencedLeaderEpoch)]
    [InlineData(KafkaErrorCode.KafkaStorageError)]
    [InlineData(KafkaErrorCode.OutOfOrderSequenceNumber)]
    [InlineData(KafkaErrorCode.UnknownProducerId)]
    [InlineData(KafkaErrorCode.DuplicateSequenceNumber)]
    [InlineData(KafkaErrorCode.InvalidMsg)]
    [InlineData(KafkaErrorCode.Unknown)]
    public async Task A_batch_that_landed_in_spite_of_the_answer_is_not_written_twice(KafkaErrorCode code) =>
        await AssertExactAsync(new FaultyWire { OnAnswer = n => n is 3 or 9 ? new Fault(FaultKind.Code, code) : Fault.None });

    [RealKafkaFact]
    public async Task A_connection_cut_after_the_request_was_written_loses_and_repeats_nothing() =>
        await AssertExactAsync(new FaultyWire { OnAnswer = n => n is 2 or 5 or 11 ? new Fault(FaultKind.Cut) : Fault.None });

    [RealKafkaFact]
    public async Task A_request_that_breaks_off_loses_and_repeats_nothing() =>
        await AssertExactAsync(new FaultyWire { BreaksOff = n => n is 1 or 4 or 10 });

    [RealKafkaFact]
    public async Task An_answer_that_comes_twice_breaks_the_connection_and_nothing_else() =>
        await AssertExactAsync(new FaultyWire { OnAnswer = n => n is 2 or 6 ? new Fault(FaultKind.Twice) : Fault.None });

    [RealKafkaFact]
    public async Task An_answer_out_of_order_breaks_the_connection_and_nothing_else() =>
        await AssertExactAsync(new FaultyWire { OnAnswer = n => n is 2 or 6 ? new Fault(FaultKind.WrongCorrelation) : Fault.None });

    [RealKafkaFact]
    public async Task Every_third_answer_lost_is_slow_and_exact() =>
        await AssertExactAsync(new FaultyWire { OnAnswer = n => n % 3 == 0 ? new Fault(FaultKind.Cut) : Fault.None });

    [RealKafkaTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task A_broker_that_loses_track_between_the_parts_of_a_split_batch_gets_each_record_once(int every) =>
        await AssertExactAsync(
            new FaultyWire { OnAnswer = n => n > 3 && n < 40 && n % (every + 2) == 0 ? new Fault(FaultKind.Code, KafkaErrorCode.UnknownProducerId) : Fault.None },
            ("max.message.bytes", "2000"));

    public static TheoryData<KafkaErrorCode, string> Endings() => new()
    {
        { KafkaErrorCode.InvalidProducerEpoch, ErrorCodes.Fenced.Word },
        { KafkaErrorCode.ProducerFenced, ErrorCodes.Fenced.Word },
        { KafkaErrorCode.InvalidRecord, ErrorCodes.ProduceRefused.Word },
        { KafkaErrorCode.InvalidTimestamp, ErrorCodes.ProduceRefused.Word },
        { (KafkaErrorCode)12345, ErrorCodes.ProduceRefused.Word },
    };

    [RealKafkaTheory]
    [MemberData(nameof(Endings))]
    public async Task An_answer_without_remedy_ends_the_sink_after_the_exact_prefix(KafkaErrorCode code, string word)
    {
        var wire = new FaultyWire { OnAnswer = n => n == 3 ? new Fault(FaultKind.Code, code) : Fault.None };
        await using var stage = await BatchStages.NewAsync(SmallBatches, wire.Options);
        var records = TestRecords.Ordinary(2_000);
        var sink = await stage.OpenAsync();

        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await SendAsync(sink, records);
            await sink.FlushAsync(CancellationToken.None);
        });
        await sink.DisposeAsync();

        Assert.Equal((word, stage.Target.ToString()), (failure.Code.Word, failure.Where));
        Assert.Equal(100, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
        var log = await stage.ReadAsync();
        Assert.Equal(records.Take(log.Count).Select(ConsumedRecord.ContentOf), log.Select(record => record.Content));
    }

    [RealKafkaFact]
    public async Task A_right_that_is_taken_away_and_given_back_is_waited_for()
    {
        var wire = new FaultyWire { OnAnswer = n => n is >= 3 and <= 6 ? new Fault(FaultKind.Code, KafkaErrorCode.TopicAuthorizationFailed) : Fault.None };
        await using var stage = await BatchStages.NewAsync(SmallBatches, wire.Options);
        var records = TestRecords.Ordinary(2_000);
        await using var sink = await stage.OpenAsync();

        await SendAsync(sink, records);
        await sink.FlushAsync(CancellationToken.None);

        Assert.Equal(records.Count, stage.Acks.Records);
        Assert.Contains(stage.Acks.Troubles, why => why?.Contains("TopicAuthorizationFailed", StringComparison.Ordinal) == true);
        Assert.Null(stage.Acks.Troubles.Last());
        Assert.Equal(records.Select(ConsumedRecord.ContentOf), (await stage.ReadAsync()).Select(record => record.Content));
    }

    [RealKafkaFact]
    public async Task A_right_that_is_taken_away_for_good_ends_the_sink_at_the_deadline()
    {
        var wire = new FaultyWire { OnAnswer = n => n >= 3 ? new Fault(FaultKind.Code, KafkaErrorCode.TopicAuthorizationFailed) : Fault.None };
        await using var stage = await BatchStages.NewAsync(SmallBatches with { AcknowledgementDeadline = TimeSpan.FromSeconds(2) }, wire.Options);
        var records = TestRecords.Ordinary(2_000);
        await using var sink = await stage.OpenAsync();

        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await SendAsync(sink, records);
            await sink.FlushAsync(CancellationToken.None);
        });

        Assert.Equal((ErrorCodes.TargetDenied, stage.Target.ToString()), (failure.Code, failure.Where));
        Assert.Contains("allowed before", failure.Message, StringComparison.Ordinal);
        stage.Acks.AssertPrefixOf(records);
    }

    [RealKafkaFact]
    public async Task A_right_that_was_never_there_ends_the_sink_at_once()
    {
        var wire = new FaultyWire { OnAnswer = _ => new Fault(FaultKind.Code, KafkaErrorCode.TopicAuthorizationFailed) };
        await using var stage = await BatchStages.NewAsync(SmallBatches, wire.Options);
        await using var sink = await stage.OpenAsync();

        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await SendAsync(sink, TestRecords.Ordinary(2_000));
            await sink.FlushAsync(CancellationToken.None);
        });

        Assert.Equal((ErrorCodes.TargetDenied, 0), (failure.Code, stage.Acks.Records));
    }

    [RealKafkaFact]
    public async Task Without_a_fence_a_broker_that_lost_track_ends_the_sink()
    {
        var wire = new FaultyWire { OnAnswer = n => n == 3 ? new Fault(FaultKind.Code, KafkaErrorCode.UnknownProducerId) : Fault.None };
        await using var stage = await BatchStages.NewAsync(SmallBatches with { Guarantee = DeliveryGuarantee.Idempotent }, wire.Options);
        await using var sink = await stage.OpenAsync();

        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await SendAsync(sink, TestRecords.Ordinary(2_000));
            await sink.FlushAsync(CancellationToken.None);
        });

        Assert.Equal(ErrorCodes.ProduceRefused, failure.Code);
    }

    [RealKafkaFact]
    public async Task A_process_that_wakes_after_the_fence_writes_nothing()
    {
        var sleep = new TaskCompletionSource();
        var wire = new FaultyWire();
        await using var stage = await BatchStages.NewAsync(SmallBatches, wire.Options);
        var sleeper = await stage.OpenAsync();
        wire.Gate = sleep.Task;
        await SendAsync(sleeper, TestRecords.Ordinary(100));
        await wire.AtGate.WaitAsync(TimeSpan.FromSeconds(30));

        // Its request is on its way when another process takes the partition over.
        await using var newerFactory = new BatchSinkFactory((await KafkaBroker.SharedAsync()).Connection, SmallBatches);
        var acks = new SinkRecorder();
        await using var newer = await newerFactory.OpenAsync(new SinkLane(stage.Target, stage.Start!.Value, 1 << 20, null), acks, CancellationToken.None);
        sleep.SetResult();
        var failure = await Assert.ThrowsAsync<RestoreException>(() => sleeper.FlushAsync(CancellationToken.None).AsTask());
        await newer.SendAsync(TestRecords.Block([TestRecords.Record(7)]), CancellationToken.None);
        await newer.FlushAsync(CancellationToken.None);
        await sleeper.DisposeAsync();

        Assert.Equal(ErrorCodes.Fenced, failure.Code);
        Assert.Equal(0, stage.Acks.Records);
        Assert.Equal([ConsumedRecord.ContentOf(TestRecords.Record(7))], (await stage.ReadAsync()).Select(record => record.Content));
    }

    /// <summary>The clock ends a batch for which there is no room; what follows must not be counted with it.</summary>
    [RealKafkaFact]
    public async Task A_batch_that_the_clock_ended_waits_for_room_and_stays_apart_from_the_next()
    {
        var open = new TaskCompletionSource();
        var wire = new FaultyWire();
        await using var stage = await BatchStages.NewAsync(SmallBatches with { Linger = TimeSpan.FromMilliseconds(5) }, wire.Options);
        var records = TestRecords.Ordinary(300, valueBytes: 100);
        await using var sink = await stage.OpenAsync(queueBytes: 4_000);
        wire.Gate = open.Task;
        await sink.SendAsync(TestRecords.Block([.. records.Take(50)]), CancellationToken.None);
        await wire.AtGate.WaitAsync(TimeSpan.FromSeconds(30));

        await sink.SendAsync(TestRecords.Block([.. records.Skip(50).Take(10)]), CancellationToken.None);
        Assert.True(SpinWait.SpinUntil(() => ((BatchSink)sink).IsWaitingForRoom, TimeSpan.FromSeconds(30)));
        var rest = SendAsync(sink, [.. records.Skip(60)]);
        open.SetResult();
        await rest.WaitAsync(TimeSpan.FromSeconds(30));
        await sink.FlushAsync(CancellationToken.None);

        Assert.Equal(records.Count, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
        await BatchStages.AssertLogAsync(stage, records);
    }

    [RealKafkaFact]
    public async Task An_observer_that_fails_ends_the_sink_at_once()
    {
        await using var factory = new BatchSinkFactory((await KafkaBroker.SharedAsync()).Connection, SmallBatches);
        await using var stage = await BatchStages.NewAsync(SmallBatches);
        await using var sink = await factory.OpenAsync(new SinkLane(stage.Target, 0, 1 << 20, null), new FailingObserver(), CancellationToken.None);

        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await SendAsync(sink, TestRecords.Ordinary(200));
            await sink.FlushAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        });

        Assert.Equal((ErrorCodes.Internal, stage.Target.ToString()), (failure.Code, failure.Where));
    }

    [RealKafkaFact]
    public async Task What_another_job_wrote_to_the_partition_is_found_before_the_first_record()
    {
        await using var stage = await BatchStages.NewAsync(SmallBatches);
        await using (var other = await stage.OpenAsync())
        {
            await SendAsync(other, TestRecords.Ordinary(10));
            await other.FlushAsync(CancellationToken.None);
        }

        await using var factory = new BatchSinkFactory((await KafkaBroker.SharedAsync()).Connection, SmallBatches);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => factory.OpenAsync(new SinkLane(stage.Target, 0, 1 << 20, null), stage.Acks, CancellationToken.None).AsTask());

        Assert.Equal((ErrorCodes.ForeignWriter, $"offset {stage.Start} holds records that this restore has not written"), (failure.Code, failure.Message));
    }

    private static async Task AssertExactAsync(FaultyWire wire, params (string Name, string Value)[] topic)
    {
        await using var stage = await BatchStages.NewAsync(SmallBatches with { Codec = topic.Length > 0 ? ProduceCodec.None : SmallBatches.Codec }, wire.Options, topic);
        var records = TestRecords.Ordinary(2_000);
        await using var sink = await stage.OpenAsync();

        await SendAsync(sink, records);
        await sink.FlushAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(records.Count, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
        await BatchStages.AssertDumpAsync(stage, records);
    }

    private sealed class FailingObserver : ISinkObserver
    {
        public void Acknowledged(in SinkAck ack) => throw new InvalidOperationException("a test");

        public void Troubled(string? why)
        {
        }
    }

    private static async Task SendAsync(IRecordSink sink, IReadOnlyList<RecordData> records)
    {
        foreach (var block in TestRecords.Blocks(records, 250))
        {
            await sink.SendAsync(block, CancellationToken.None);
        }
    }
}
