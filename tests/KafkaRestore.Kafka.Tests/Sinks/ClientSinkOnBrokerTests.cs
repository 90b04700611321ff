using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks;

/// <summary>The client's sink against whatever cluster this machine has, and what only Apache Kafka can judge.</summary>
public sealed class ClientSinkOnBrokerTests : ClientSinkConformance
{
    private static readonly Dictionary<string, string> AnyTime = new() { ["message.timestamp.after.max.ms"] = $"{long.MaxValue}" };

    [KafkaLauncherFact]
    public async Task The_official_client_reads_what_was_sent()
    {
        await using var stage = await StageAsync();
        IReadOnlyList<RecordData> records =
        [
            .. TestRecords.Nasty(),
            TestRecords.Record(900, headers: [TestRecords.Header("nul\0inside", [1]), TestRecords.Header("\0", null)]),
            TestRecords.Record(901, timestamp: long.MaxValue),
            TestRecords.Record(902, timestamp: long.MinValue),
        ];
        await using var sink = await stage.OpenAsync();
        foreach (var block in TestRecords.Blocks(records, 1))
        {
            await sink.SendAsync(block, CancellationToken.None);
        }

        await sink.FlushAsync(CancellationToken.None);

        var broker = await KafkaBroker.SharedAsync();
        var log = await ConsumedRecordDump.ReadAsync(broker.BootstrapServers, stage.Target.Topic);
        Assert.Equal(records.Select(ConsumedRecord.ContentOf), log[0].Select(record => record.Content));
    }

    [RealKafkaFact]
    public async Task Batches_stay_below_what_the_topic_takes()
    {
        await using var stage = await StageAsync(new DeliveryOptions { Codec = ProduceCodec.None }, ("max.message.bytes", "50000"));
        var records = TestRecords.Ordinary(5_000, valueBytes: 500);
        await using var sink = await stage.OpenAsync(maxMessageBytes: 50_000);

        await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        await AssertLogAsync(stage, records);
    }

    [RealKafkaFact]
    public async Task Large_records_go_through_where_the_topic_takes_them()
    {
        await using var stage = await StageAsync(null, ("max.message.bytes", "3000000"));
        IReadOnlyList<RecordData> records =
        [
            .. TestRecords.Ordinary(10),
            TestRecords.Record(10, value: TestRecords.Bytes(2_500_000, 1)),
            .. TestRecords.Ordinary(10, firstOffset: 11),
        ];
        await using var sink = await stage.OpenAsync(maxMessageBytes: 3_000_000);

        await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        await AssertLogAsync(stage, records);
    }

    [RealKafkaFact]
    public async Task A_record_above_the_topics_limit_goes_through_when_it_compresses_below_it()
    {
        await using var stage = await StageAsync(new DeliveryOptions { Codec = ProduceCodec.Lz4 }, ("max.message.bytes", "100000"));
        IReadOnlyList<RecordData> records = [TestRecords.Record(0), TestRecords.Record(1, value: new byte[1_000_000]), TestRecords.Record(2)];
        await using var sink = await stage.OpenAsync(maxMessageBytes: 100_000);

        await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        await AssertLogAsync(stage, records);
    }

    [RealKafkaFact]
    public Task A_record_too_large_for_the_topic_is_named_and_nothing_after_it_is_written() =>
        AssertTooLargeAsync(ProduceCodec.Lz4, maxMessageBytes: 100_000);

    [RealKafkaFact]
    public Task Without_compression_a_record_too_large_is_refused_before_it_is_sent() =>
        AssertTooLargeAsync(ProduceCodec.None, maxMessageBytes: 100_000);

    [RealKafkaFact]
    public Task A_limit_that_nobody_told_us_is_found_by_the_broker() =>
        AssertTooLargeAsync(ProduceCodec.Lz4, maxMessageBytes: null);

    [RealKafkaFact]
    public async Task Another_writer_in_the_middle_is_found_at_the_first_displaced_record()
    {
        await using var stage = await StageAsync();
        var records = TestRecords.Ordinary(20);
        await using var sink = await stage.OpenAsync();
        await sink.SendAsync(TestRecords.Block([.. records.Take(10)]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);
        await using (var other = await stage.Factory.OpenAsync(new SinkLane(stage.Target, 10, 1 << 20, null), new SinkRecorder(), CancellationToken.None))
        {
            await other.SendAsync(TestRecords.Block([TestRecords.Record(0)]), CancellationToken.None);
            await other.FlushAsync(CancellationToken.None);
        }

        var failure = await FailureAsync(async () =>
        {
            await sink.SendAsync(TestRecords.Block([.. records.Skip(10)]), CancellationToken.None);
            await sink.FlushAsync(CancellationToken.None);
        });

        Assert.Equal(ErrorCodes.ForeignWriter, failure.Code);
        Assert.Equal("the record at source offset 10 got offset 11; 10 was expected", failure.Message);
        Assert.Equal(10, stage.Acks.Records);
    }

    [RealKafkaFact]
    public async Task Every_codec_carries_the_same_records()
    {
        foreach (var codec in Enum.GetValues<ProduceCodec>())
        {
            await using var stage = await StageAsync(new DeliveryOptions { Codec = codec, Linger = TimeSpan.FromMilliseconds(2) });
            var records = TestRecords.Ordinary(500);
            await using var sink = await stage.OpenAsync();

            await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
            await sink.FlushAsync(CancellationToken.None);

            await AssertLogAsync(stage, records);
        }
    }

    protected override Task<SinkStage> StageAsync() => StageAsync(null);

    private static async Task<SinkStage> StageAsync(DeliveryOptions? delivery, params (string Name, string Value)[] topic)
    {
        var settings = new Dictionary<string, string>(AnyTime);
        foreach (var (name, value) in topic)
        {
            settings[name] = value;
        }

        return await SinkStage.OnAsync(await KafkaBroker.SharedAsync(), delivery, settings);
    }

    private static async Task AssertTooLargeAsync(ProduceCodec codec, int? maxMessageBytes)
    {
        await using var stage = await StageAsync(new DeliveryOptions { Codec = codec, Linger = TimeSpan.FromMilliseconds(2) }, ("max.message.bytes", "100000"));
        IReadOnlyList<RecordData> records =
        [
            .. TestRecords.Ordinary(50),
            TestRecords.Record(50, value: TestRecords.Bytes(1_500_000, 1)),
            .. TestRecords.Ordinary(2_000, firstOffset: 51),
        ];
        await using var sink = await stage.OpenAsync(maxMessageBytes: maxMessageBytes);

        var failure = await FailureAsync(async () =>
        {
            foreach (var block in TestRecords.Blocks(records, 60))
            {
                await sink.SendAsync(block, CancellationToken.None);
            }

            await sink.FlushAsync(CancellationToken.None);
        });

        Assert.Equal(ErrorCodes.RecordTooLarge, failure.Code);
        Assert.Contains("source offset 50", failure.Message, StringComparison.Ordinal);
        await sink.DisposeAsync();
        Assert.Equal(50, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
        await AssertLogAsync(stage, [.. records.Take(50)]);
    }
}
