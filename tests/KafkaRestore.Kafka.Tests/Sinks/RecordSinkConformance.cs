using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks;

/// <summary>What every sink does, whatever stands behind it.</summary>
public abstract class RecordSinkConformance
{
    protected abstract Task<SinkStage> StageAsync();

    [KafkaFact]
    public async Task Many_blocks_arrive_in_order_and_are_acknowledged_in_order()
    {
        await using var stage = await StageAsync();
        var records = TestRecords.Ordinary(20_000, step: 3);
        await using var sink = await stage.OpenAsync();

        foreach (var block in TestRecords.Blocks(records, 777))
        {
            await sink.SendAsync(block, CancellationToken.None);
        }

        await sink.FlushAsync(CancellationToken.None);
        Assert.Equal(records.Count, stage.Acks.Records);
        stage.Acks.AssertPrefixOf(records);
        await AssertLogAsync(stage, records);
    }

    [KafkaFact]
    public async Task Keys_values_headers_and_timestamps_arrive_byte_for_byte()
    {
        await using var stage = await StageAsync();
        var records = TestRecords.Nasty();
        await using var sink = await stage.OpenAsync();

        await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        await AssertLogAsync(stage, records);
        stage.Acks.AssertPrefixOf(records);
    }

    [KafkaFact]
    public async Task Records_larger_than_the_queue_go_alone()
    {
        await using var stage = await StageAsync();
        IReadOnlyList<RecordData> records = [.. Enumerable.Range(0, 10).Select(i => TestRecords.Record(i, value: TestRecords.Bytes(20_000 * (i % 3) + 10, i)))];
        await using var sink = await stage.OpenAsync(queueBytes: 1_000);

        await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        await AssertLogAsync(stage, records);
        stage.Acks.AssertPrefixOf(records);
    }

    [KafkaFact]
    public async Task Acknowledgements_carry_the_source_of_their_block()
    {
        await using var stage = await StageAsync();
        await using var sink = await stage.OpenAsync();

        await sink.SendAsync(TestRecords.Block([TestRecords.Record(100)], source: 4), CancellationToken.None);
        await sink.SendAsync(TestRecords.Block([TestRecords.Record(7)], source: 2), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        Assert.Equal([(4, 100L, stage.Start), (2, 7L, stage.Start + 1)], stage.Acks.All.Select(ack => (ack.Source, ack.FirstSourceOffset, (long?)ack.FirstTargetOffset)));
    }

    [KafkaFact]
    public async Task A_second_sink_goes_on_where_the_first_ended()
    {
        await using var stage = await StageAsync();
        var records = TestRecords.Ordinary(300);
        await using (var first = await stage.OpenAsync())
        {
            await first.SendAsync(TestRecords.Block([.. records.Take(120)]), CancellationToken.None);
            await first.FlushAsync(CancellationToken.None);
        }

        await using var second = await stage.OpenAsync(behindStart: 120);
        await second.SendAsync(TestRecords.Block([.. records.Skip(120)]), CancellationToken.None);
        await second.FlushAsync(CancellationToken.None);

        stage.Acks.AssertPrefixOf(records);
        await AssertLogAsync(stage, records);
    }

    [KafkaFact]
    public async Task Somebody_elses_record_is_found_and_ends_the_sink()
    {
        await using var stage = await StageAsync();
        await using (var other = await stage.OpenAsync())
        {
            await other.SendAsync(TestRecords.Block([TestRecords.Record(0)]), CancellationToken.None);
            await other.FlushAsync(CancellationToken.None);
        }

        var failure = await FailureAsync(async () =>
        {
            await using var sink = await stage.OpenAsync();
            await sink.SendAsync(TestRecords.Block([TestRecords.Record(55)]), CancellationToken.None);
            await sink.FlushAsync(CancellationToken.None);
        });

        Assert.Equal(ErrorCodes.ForeignWriter, failure.Code);
        Assert.Equal(stage.Target.ToString(), failure.Where);
        Assert.Equal(1, stage.Acks.Records);
    }

    [KafkaFact]
    public async Task An_empty_block_is_nothing()
    {
        await using var stage = await StageAsync();
        await using var sink = await stage.OpenAsync();

        await sink.SendAsync(TestRecords.Block([]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        Assert.Empty(stage.Acks.All);
    }

    [KafkaFact]
    public async Task A_block_is_disposed_whether_it_was_sent_or_not()
    {
        await using var stage = await StageAsync();
        var sink = await stage.OpenAsync();
        var sent = new Lease();
        await sink.SendAsync(TestRecords.Block([TestRecords.Record(0)], lease: sent), CancellationToken.None);
        var cancelled = new Lease();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            sink.SendAsync(TestRecords.Block([TestRecords.Record(1)], lease: cancelled), new CancellationToken(canceled: true)).AsTask());
        await sink.DisposeAsync();
        var late = new Lease();
        await Assert.ThrowsAnyAsync<Exception>(() => sink.SendAsync(TestRecords.Block([TestRecords.Record(2)], lease: late), CancellationToken.None).AsTask());

        Assert.Equal((1, 1, 1), (sent.Disposed, cancelled.Disposed, late.Disposed));
    }

    [KafkaFact]
    public async Task A_cancelled_send_ends_the_sink_because_going_on_would_leave_a_gap()
    {
        await using var stage = await StageAsync();
        await using var sink = await stage.OpenAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            sink.SendAsync(TestRecords.Block([TestRecords.Record(1)]), new CancellationToken(canceled: true)).AsTask());

        var failure = await FailureAsync(() => sink.SendAsync(TestRecords.Block([TestRecords.Record(2)]), CancellationToken.None).AsTask());

        Assert.Equal(ErrorCodes.Stopped, failure.Code);
    }

    [KafkaFact]
    public async Task Disposing_twice_is_fine()
    {
        await using var stage = await StageAsync();
        var sink = await stage.OpenAsync();

        await sink.DisposeAsync();
        await sink.DisposeAsync();
    }

    protected static async Task AssertLogAsync(SinkStage stage, IReadOnlyList<RecordData> sent)
    {
        var log = await stage.ReadAsync();
        Assert.Equal(sent.Select(ConsumedRecord.ContentOf), log.Select(record => record.Content));
        Assert.Equal(stage.Acks.TargetOffsets, log.Select(record => record.Offset));
    }

    protected static Task<RestoreException> FailureAsync(Func<Task> action) => Assert.ThrowsAsync<RestoreException>(action);

    private sealed class Lease : IDisposable
    {
        public int Disposed { get; private set; }

        public void Dispose() => Disposed++;
    }
}
