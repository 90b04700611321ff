using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks;

/// <summary>What the client's sink does besides, on any cluster.</summary>
public abstract class ClientSinkConformance : RecordSinkConformance
{
    [KafkaFact]
    public async Task A_timestamp_of_zero_is_refused_after_every_record_before_it_is_acknowledged() =>
        await AssertRefusedAsync(TestRecords.Record(2, timestamp: 0), "timestamp is 0");

    [KafkaFact]
    public async Task A_header_key_that_is_not_utf8_is_refused() =>
        await AssertRefusedAsync(TestRecords.Record(2, headers: [TestRecords.Header("fine", null), new HeaderData([0xc3, 0x28], null)]), "key of header 2 of 2");

    [KafkaFact]
    public async Task Somebody_elses_record_is_told_with_both_offsets_again_and_again()
    {
        await using var stage = await StageAsync();
        await using (var other = await stage.OpenAsync())
        {
            await other.SendAsync(TestRecords.Block([TestRecords.Record(0)]), CancellationToken.None);
            await other.FlushAsync(CancellationToken.None);
        }

        await using var sink = await stage.OpenAsync();
        var failure = await FailureAsync(async () =>
        {
            await sink.SendAsync(TestRecords.Block([TestRecords.Record(55)]), CancellationToken.None);
            await sink.FlushAsync(CancellationToken.None);
        });

        Assert.Equal("the record at source offset 55 got offset 1; 0 was expected", failure.Message);
        Assert.Same(failure, await FailureAsync(() => sink.FlushAsync(CancellationToken.None).AsTask()));
        Assert.Same(failure, await FailureAsync(() => sink.SendAsync(TestRecords.Block([TestRecords.Record(56)]), CancellationToken.None).AsTask()));
    }

    [KafkaFact]
    public async Task A_topic_that_does_not_exist_is_named_and_not_created()
    {
        await using var stage = await StageAsync();
        var name = KafkaBroker.NewTopicName("absent");

        var failure = await FailureAsync(() => OpenAsync(stage, new TargetPartition(name, 0)));

        Assert.Equal(ErrorCodes.TargetTopicMissing, failure.Code);
        Assert.Equal($"{name}/0", failure.Where);
        Assert.Equal(ErrorCodes.TargetTopicMissing, (await FailureAsync(() => OpenAsync(stage, new TargetPartition(name, 0)))).Code);
    }

    [KafkaFact]
    public async Task A_partition_that_does_not_exist_is_named()
    {
        await using var stage = await StageAsync();

        var failure = await FailureAsync(() => OpenAsync(stage, stage.Target with { Partition = 9 }));

        Assert.Equal(ErrorCodes.TargetPartitions, failure.Code);
    }

    private static Task OpenAsync(SinkStage stage, TargetPartition target) =>
        stage.Factory.OpenAsync(new(target, 0, 1 << 20, null), stage.Acks, CancellationToken.None).AsTask();

    private async Task AssertRefusedAsync(RecordData bad, string reason)
    {
        await using var stage = await StageAsync();
        await using var sink = await stage.OpenAsync();
        IReadOnlyList<RecordData> records = [TestRecords.Record(0), TestRecords.Record(1), bad, TestRecords.Record(3)];

        var failure = await FailureAsync(() => sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None).AsTask());

        Assert.Equal(ErrorCodes.RecordNotRepresentable, failure.Code);
        Assert.Equal(stage.Target.ToString(), failure.Where);
        Assert.Contains("source offset 2", failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
        Assert.Same(failure, await FailureAsync(() => sink.SendAsync(TestRecords.Block([TestRecords.Record(4)]), CancellationToken.None).AsTask()));
        await sink.DisposeAsync();
        await AssertLogAsync(stage, [records[0], records[1]]);
    }
}
