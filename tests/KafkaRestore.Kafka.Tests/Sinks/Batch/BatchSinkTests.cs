using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

/// <summary>What the batch sink does besides what every sink does, on a real broker.</summary>
public sealed class BatchSinkTests
{
    [RealKafkaTheory]
    [InlineData(ProduceCodec.None)]
    [InlineData(ProduceCodec.Lz4)]
    [InlineData(ProduceCodec.Zstd)]
    [InlineData(ProduceCodec.Gzip)]
    public async Task The_official_client_reads_what_was_sent_whatever_it_is(ProduceCodec codec)
    {
        await using var stage = await BatchStages.NewAsync(new DeliveryOptions { Codec = codec });
        IReadOnlyList<RecordData> records =
        [
            .. TestRecords.Nasty(),
            TestRecords.Record(900, timestamp: 0),
            TestRecords.Record(901, timestamp: -1),
            TestRecords.Record(902, timestamp: 253_402_300_799_999),
            TestRecords.Record(903, headers: [new HeaderData([], null)]),
            .. TestRecords.Ordinary(3_000, firstOffset: 1_000),
        ];
        await using var sink = await stage.OpenAsync();

        foreach (var block in TestRecords.Blocks(records, 100))
        {
            await sink.SendAsync(block, CancellationToken.None);
        }

        await sink.FlushAsync(CancellationToken.None);

        stage.Acks.AssertPrefixOf(records);
        var log = await ConsumedRecordDump.ReadAsync((await KafkaBroker.SharedAsync()).BootstrapServers, stage.Target.Topic);
        Assert.Equal(records.Select(ConsumedRecord.ContentOf), log[0].Select(record => record.Content));
        Assert.Equal(stage.Acks.TargetOffsets, log[0].Select(record => record.Offset));
    }

    [RealKafkaFact]
    public async Task Header_keys_of_any_bytes_arrive_as_they_are()
    {
        await using var stage = await BatchStages.NewAsync();
        IReadOnlyList<RecordData> records = [TestRecords.Record(0, headers: [new HeaderData([0xc3, 0x28], [1]), new HeaderData([0xff], null), new HeaderData([], [])])];
        await using var sink = await stage.OpenAsync();

        await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        await BatchStages.AssertLogAsync(stage, records);
    }

    [RealKafkaFact]
    public async Task Batches_stay_below_what_the_topic_takes()
    {
        await using var stage = await BatchStages.NewAsync(new DeliveryOptions { Codec = ProduceCodec.None }, null, ("max.message.bytes", "50000"));
        var records = TestRecords.Ordinary(5_000, valueBytes: 500);
        await using var sink = await stage.OpenAsync(maxMessageBytes: 50_000);

        await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        await BatchStages.AssertLogAsync(stage, records);
    }

    [RealKafkaFact]
    public async Task Batches_too_large_for_a_topic_whose_bound_is_unknown_are_split_until_they_fit()
    {
        await using var stage = await BatchStages.NewAsync(new DeliveryOptions { Codec = ProduceCodec.None }, null, ("max.message.bytes", "20000"));
        var records = TestRecords.Ordinary(3_000, valueBytes: 500);
        await using var sink = await stage.OpenAsync();

        foreach (var block in TestRecords.Blocks(records, 250))
        {
            await sink.SendAsync(block, CancellationToken.None);
        }

        await sink.FlushAsync(CancellationToken.None);

        stage.Acks.AssertPrefixOf(records);
        await BatchStages.AssertLogAsync(stage, records);
    }

    [RealKafkaTheory]
    [InlineData(20_000)]
    [InlineData(null)]
    public async Task A_record_too_large_for_the_topic_is_refused_after_everything_before_it(int? known)
    {
        await using var stage = await BatchStages.NewAsync(new DeliveryOptions { Codec = ProduceCodec.None }, null, ("max.message.bytes", "20000"));
        IReadOnlyList<RecordData> records = [.. TestRecords.Ordinary(50), TestRecords.Record(50, value: TestRecords.Bytes(30_000, 1)), .. TestRecords.Ordinary(50, firstOffset: 51)];
        await using var sink = await stage.OpenAsync(maxMessageBytes: known);

        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
            await sink.FlushAsync(CancellationToken.None);
        });

        Assert.Equal(ErrorCodes.RecordTooLarge, failure.Code);
        Assert.Equal(stage.Target.ToString(), failure.Where);
        await sink.DisposeAsync();
        Assert.Equal(records.Take(50).Select(ConsumedRecord.ContentOf), (await stage.ReadAsync()).Select(record => record.Content));
        Assert.Equal(50, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
    }

    [RealKafkaFact]
    public async Task A_newer_sink_of_the_same_partition_fences_the_older_one()
    {
        await using var stage = await BatchStages.NewAsync();
        await using var older = await stage.OpenAsync();
        await older.SendAsync(TestRecords.Block([TestRecords.Record(0)]), CancellationToken.None);
        await older.FlushAsync(CancellationToken.None);
        await using var newer = await stage.OpenAsync(behindStart: 1);

        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await older.SendAsync(TestRecords.Block([TestRecords.Record(1)]), CancellationToken.None);
            await older.FlushAsync(CancellationToken.None);
        });
        await newer.SendAsync(TestRecords.Block([TestRecords.Record(2)]), CancellationToken.None);
        await newer.FlushAsync(CancellationToken.None);

        Assert.Equal(ErrorCodes.Fenced, failure.Code);
        await BatchStages.AssertLogAsync(stage, [TestRecords.Record(0), TestRecords.Record(2)]);
    }

    [RealKafkaFact]
    public async Task A_topic_that_does_not_exist_is_named_and_not_created()
    {
        await using var stage = await BatchStages.NewAsync();
        var target = new TargetPartition(KafkaBroker.NewTopicName("absent"), 0);

        for (var i = 0; i < 2; i++)
        {
            var failure = await Assert.ThrowsAsync<RestoreException>(() =>
                stage.Factory.OpenAsync(new(target, 0, 1 << 20, null), stage.Acks, CancellationToken.None).AsTask());
            Assert.Equal((ErrorCodes.TargetTopicMissing, target.ToString()), (failure.Code, failure.Where));
        }
    }

    [RealKafkaFact]
    public async Task A_partition_that_does_not_exist_is_named()
    {
        await using var stage = await BatchStages.NewAsync();

        var failure = await Assert.ThrowsAsync<RestoreException>(() =>
            stage.Factory.OpenAsync(new(stage.Target with { Partition = 9 }, 0, 1 << 20, null), stage.Acks, CancellationToken.None).AsTask());

        Assert.Equal(ErrorCodes.TargetPartitions, failure.Code);
    }

    [RealKafkaFact]
    public async Task A_log_that_ends_before_the_lanes_end_was_rewound()
    {
        await using var stage = await BatchStages.NewAsync();

        var failure = await Assert.ThrowsAsync<RestoreException>(() => stage.OpenAsync(behindStart: 100));

        Assert.Equal(ErrorCodes.TargetRewound, failure.Code);
    }

    [RealKafkaFact]
    public async Task The_only_marks_in_the_log_of_a_sink_without_fence_are_its_records()
    {
        await using var stage = await BatchStages.NewAsync(new DeliveryOptions { Guarantee = DeliveryGuarantee.Idempotent });
        await using var sink = await stage.OpenAsync();

        await sink.SendAsync(TestRecords.Block([TestRecords.Record(0)]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        Assert.Equal((0L, "idempotent"), (sink.StartOffset, stage.Factory.Description.Delivery));
        Assert.Equal([0L], stage.Acks.TargetOffsets);
    }
}
