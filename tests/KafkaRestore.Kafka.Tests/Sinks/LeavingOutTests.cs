using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Tests.Sinks.Batch;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;
using static KafkaRestore.Kafka.Tests.Sinks.Batch.FaultyWire;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Sinks;

/// <summary>Records that a real broker or the client cannot take are left out, each at its turn; all others stand in the log, once, in order.</summary>
public sealed class LeavingOutTests
{
    private const int Limit = 100_000;
    private static readonly (string, string) s_smallTopic = ("max.message.bytes", $"{Limit}");
    private static readonly DeliveryOptions s_quick = new() { Linger = TimeSpan.FromMilliseconds(2), BatchRecords = 200 };

    [RealKafkaTheory]
    [InlineData(SinkKind.Batch, ProduceCodec.Lz4, Limit)]
    [InlineData(SinkKind.Batch, ProduceCodec.None, Limit)]
    [InlineData(SinkKind.Batch, ProduceCodec.Lz4, null)]
    [InlineData(SinkKind.Client, ProduceCodec.Lz4, Limit)]
    [InlineData(SinkKind.Client, ProduceCodec.None, Limit)]
    public async Task Records_too_large_for_the_topic_are_left_out(SinkKind kind, ProduceCodec codec, int? knownLimit)
    {
        await using var stage = await StageAsync(kind, s_quick with { Codec = codec }, s_smallTopic);
        long[] refused = [0, 50, 51, 119, 120, 700, 999];
        var records = TestRecords.Ordinary(1_000).Select(record => refused.Contains(record.Offset) ? record with { Value = TestRecords.Bytes(150_000, 1) } : record).ToList();

        // Larger than the topic takes, and small enough once it is compressed.
        if (codec != ProduceCodec.None)
        {
            records[300] = records[300] with { Value = new byte[150_000] };
        }

        await AssertLeavesOutAsync(stage, records, refused, ErrorCodes.RecordTooLarge, knownLimit);
    }

    [RealKafkaTheory]
    [InlineData(DeliveryGuarantee.Fenced)]
    [InlineData(DeliveryGuarantee.Idempotent)]
    public async Task Records_with_timestamps_that_the_topic_refuses_are_left_out(DeliveryGuarantee guarantee)
    {
        await using var stage = await StageAsync(SinkKind.Batch, s_quick with { Guarantee = guarantee }, ("message.timestamp.before.max.ms", "86400000"));
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        long[] refused = [0, 3, 4, 5, 399, 400, 555];
        var records = TestRecords.Ordinary(600).Select(record => record with { Timestamp = refused.Contains(record.Offset) ? TestRecords.SomeTime : now }).ToList();

        await AssertLeavesOutAsync(stage, records, refused, ErrorCodes.ProduceRefused);
    }

    [RealKafkaFact]
    public async Task Records_without_a_key_are_left_out_of_a_compacted_topic()
    {
        await using var stage = await StageAsync(SinkKind.Batch, s_quick, ("cleanup.policy", "compact"));
        var records = TestRecords.Ordinary(500).Select(record => record.Offset % 7 == 2 || record.Offset > 490 ? record with { Key = null } : record).ToList();

        await AssertLeavesOutAsync(stage, records, [.. records.Where(record => record.Key is null).Select(record => record.Offset)], ErrorCodes.ProduceRefused);
    }

    [RealKafkaFact]
    public async Task Every_record_may_be_left_out()
    {
        await using var stage = await StageAsync(SinkKind.Batch, s_quick, ("cleanup.policy", "compact"));
        var records = TestRecords.Ordinary(30).Select(record => record with { Key = null }).ToList();

        await AssertLeavesOutAsync(stage, records, [.. records.Select(record => record.Offset)], ErrorCodes.ProduceRefused);
    }

    /// <summary>A refusal of a batch that may be in the log is no reason to leave anything out before the log was asked.</summary>
    [RealKafkaTheory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Lost_answers_between_refusals_lose_and_repeat_nothing(int every)
    {
        var wire = new FaultyWire { OnAnswer = n => n % every == 0 && n < 60 ? new Fault(FaultKind.Cut) : Fault.None };
        await using var stage = await StageAsync(SinkKind.Batch, s_quick with { BatchRecords = 20, ConnectionsPerBroker = 1 }, wire, ("cleanup.policy", "compact"));
        var records = TestRecords.Ordinary(300).Select(record => record.Offset % 31 == 7 ? record with { Key = null } : record).ToList();

        await AssertLeavesOutAsync(stage, records, [.. records.Where(record => record.Key is null).Select(record => record.Offset)], ErrorCodes.ProduceRefused);
    }

    [RealKafkaFact]
    public async Task A_batch_that_landed_before_it_was_refused_is_found_in_the_log_and_not_left_out()
    {
        // The first answer does not confirm it, and what the broker says the second time is as if the topic's limits had been tightened in between.
        var wire = new FaultyWire
        {
            OnAnswer = n => n switch
            {
                1 => new Fault(FaultKind.Code, KafkaErrorCode.RequestTimedOut),
                2 => new Fault(FaultKind.Code, KafkaErrorCode.InvalidTimestamp),
                _ => Fault.None,
            },
        };
        await using var stage = await StageAsync(SinkKind.Batch, s_quick with { ConnectionsPerBroker = 1, BatchRecords = 1 }, wire);

        await AssertLeavesOutAsync(stage, TestRecords.Ordinary(20), [], ErrorCodes.ProduceRefused);
    }

    [RealKafkaFact]
    public async Task Without_a_fence_a_record_that_may_be_in_the_log_ends_the_sink()
    {
        var wire = new FaultyWire
        {
            OnAnswer = n => n switch
            {
                2 => new Fault(FaultKind.Cut),
                3 => new Fault(FaultKind.Code, KafkaErrorCode.InvalidTimestamp),
                _ => Fault.None,
            },
        };
        await using var stage = await StageAsync(SinkKind.Batch, s_quick with { ConnectionsPerBroker = 1, BatchRecords = 1, Guarantee = DeliveryGuarantee.Idempotent }, wire);
        var left = new LeftOut(stage);
        await using var sink = await stage.OpenAsync(leaveOut: left.LeaveOutAsync);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => SendAsync(sink, TestRecords.Ordinary(20)));

        Assert.Equal(ErrorCodes.ProduceRefused, failure.Code);
        Assert.Empty(left.Records);
        Assert.Equal(1, stage.Acks.Records);
    }

    [RealKafkaTheory]
    [InlineData(KafkaErrorCode.TopicAuthorizationFailed)]
    [InlineData(KafkaErrorCode.InvalidProducerEpoch)]
    [InlineData((KafkaErrorCode)12345)]
    public async Task What_is_not_the_records_fault_leaves_nothing_out(KafkaErrorCode code)
    {
        var wire = new FaultyWire { OnAnswer = n => n >= 3 ? new Fault(FaultKind.Code, code) : Fault.None };
        await using var stage = await StageAsync(SinkKind.Batch, s_quick with { ConnectionsPerBroker = 1, BatchRecords = 1, AcknowledgementDeadline = TimeSpan.FromSeconds(2) }, wire);
        var left = new LeftOut(stage);
        await using var sink = await stage.OpenAsync(leaveOut: left.LeaveOutAsync);

        await Assert.ThrowsAsync<RestoreException>(() => SendAsync(sink, TestRecords.Ordinary(20)));

        Assert.Empty(left.Records);
        Assert.Equal(2, stage.Acks.Records);
    }

    [RealKafkaTheory]
    [InlineData(SinkKind.Batch, Limit)]
    [InlineData(SinkKind.Batch, null)]
    [InlineData(SinkKind.Client, Limit)]
    public async Task A_decision_that_fails_ends_the_sink_before_anything_behind_it_is_written(SinkKind kind, int? knownLimit)
    {
        await using var stage = await StageAsync(kind, s_quick, s_smallTopic);
        var records = TestRecords.Ordinary(300).Select(record => record.Offset == 120 ? record with { Value = TestRecords.Bytes(150_000, 1) } : record).ToList();
        await using var sink = await stage.OpenAsync(
            maxMessageBytes: knownLimit, leaveOut: (_, _) => ValueTask.FromException(new RestoreException(ErrorCodes.StateUnwritable, "no room", "file")));

        var failure = await Assert.ThrowsAsync<RestoreException>(() => SendAsync(sink, records));

        Assert.Equal(ErrorCodes.StateUnwritable, failure.Code);
        await sink.DisposeAsync();
        stage.Acks.AssertPrefixOf(records);
        await BatchStages.AssertLogAsync(stage, [.. records.Take(120)]);
    }

    [KafkaFact]
    public async Task What_the_client_cannot_carry_is_left_out()
    {
        await using var stage = await SinkStage.OnAsync(await KafkaBroker.SharedAsync(), s_quick, new Dictionary<string, string> { ["message.timestamp.after.max.ms"] = $"{long.MaxValue}" });
        long[] zero = [0, 77, 78, 299];
        var records = TestRecords.Ordinary(300).Select(record => zero.Contains(record.Offset) ? record with { Timestamp = 0 } : record).ToList();
        records[150] = records[150] with { Headers = [new HeaderData([0xff, 0xfe], [1])] };

        await AssertLeavesOutAsync(stage, records, [0, 77, 78, 150, 299], ErrorCodes.RecordNotRepresentable);
    }

    [RealKafkaFact]
    public async Task What_the_broker_refuses_for_another_reason_than_its_size_ends_the_client_sink()
    {
        await using var stage = await StageAsync(SinkKind.Client, s_quick, ("cleanup.policy", "compact"));
        var records = TestRecords.Ordinary(300).Select(record => record.Offset == 120 ? record with { Key = null } : record).ToList();
        var left = new LeftOut(stage);
        await using var sink = await stage.OpenAsync(leaveOut: left.LeaveOutAsync);

        await Assert.ThrowsAsync<RestoreException>(() => SendAsync(sink, records));

        Assert.Empty(left.Records);
        stage.Acks.AssertPrefixOf(records);
    }

    private static async Task AssertLeavesOutAsync(SinkStage stage, IReadOnlyList<RecordData> records, long[] refused, ErrorCode code, int? knownLimit = null)
    {
        var left = new LeftOut(stage);
        await using var sink = await stage.OpenAsync(maxMessageBytes: knownLimit, leaveOut: left.LeaveOutAsync);

        await SendAsync(sink, records).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(refused, left.Records.Select(record => record.Record.SourceOffset));
        Assert.All(left.Records, record => Assert.Equal((code, 3), (record.Record.Refusal.Code, record.Record.Source)));

        // At its turn: everything before it was acknowledged, and nothing behind it.
        Assert.All(left.Records, (record, index) => Assert.Equal(records.Count(other => other.Offset < record.Record.SourceOffset) - index, record.Acknowledged));
        IReadOnlyList<RecordData> kept = [.. records.Where(record => !refused.Contains(record.Offset))];
        stage.Acks.AssertPrefixOf(kept);
        Assert.Equal(kept.Count, stage.Acks.Records);
        await BatchStages.AssertLogAsync(stage, kept);
    }

    private static async Task SendAsync(IRecordSink sink, IReadOnlyList<RecordData> records)
    {
        foreach (var block in TestRecords.Blocks(records, 120, source: 3))
        {
            await sink.SendAsync(block, CancellationToken.None);
        }

        await sink.FlushAsync(CancellationToken.None);
    }

    private static Task<SinkStage> StageAsync(SinkKind kind, DeliveryOptions delivery, params (string Name, string Value)[] topic) => StageAsync(kind, delivery, null, topic);

    private static async Task<SinkStage> StageAsync(SinkKind kind, DeliveryOptions delivery, FaultyWire? wire, params (string Name, string Value)[] topic) =>
        kind == SinkKind.Batch
            ? await BatchStages.NewAsync(delivery, wire?.Options, topic)
            : await SinkStage.OnAsync(await KafkaBroker.SharedAsync(), delivery, topic.ToDictionary(setting => setting.Name, setting => setting.Value));

    /// <summary>Agrees to leave records out, and notes what was acknowledged by then.</summary>
    private sealed class LeftOut(SinkStage stage)
    {
        public List<(UnwritableRecord Record, int Acknowledged)> Records { get; } = [];

        public ValueTask LeaveOutAsync(UnwritableRecord record, CancellationToken cancellationToken)
        {
            Records.Add((record, stage.Acks.Records));
            return ValueTask.CompletedTask;
        }
    }
}
