using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Batch;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;
using static KafkaRestore.Kafka.Tests.Sinks.Batch.FaultyWire;
using IsolationLevel = Confluent.Kafka.IsolationLevel;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

/// <summary>Batches that a real broker refuses as too large: they come to stand in the log in parts, judged by the official client's dump.</summary>
public sealed class BatchSinkSplitTests
{
    // Segments of a log cannot be smaller; a batch larger than a segment is refused with a code of its own.
    private const int SegmentBytes = 1 << 20;

    // No batch is sent because it has waited: how many there are is known.
    private static readonly DeliveryOptions NoLinger = new() { Linger = TimeSpan.FromHours(1) };

    private static readonly (string, string)[] SmallSegments = [("segment.bytes", $"{SegmentBytes}"), ("max.message.bytes", "8000000")];

    [RealKafkaTheory]
    [InlineData(ProduceCodec.None, 0)]
    [InlineData(ProduceCodec.Gzip, 1)]
    [InlineData(ProduceCodec.Lz4, 3)]
    [InlineData(ProduceCodec.Zstd, 4)]
    public async Task Batches_above_the_topics_limit_are_split_whatever_the_codec(ProduceCodec codec, short bits)
    {
        const int limit = 150_000;
        await using var stage = await BatchStages.NewAsync(NoLinger with { Codec = codec, BatchRecords = 400 }, null, ("max.message.bytes", $"{limit}"));
        IReadOnlyList<RecordData> records = [.. TestRecords.Ordinary(200, valueBytes: 2_000), .. TestRecords.Nasty(firstOffset: 200), .. TestRecords.Ordinary(581, firstOffset: 300, valueBytes: 2_000)];
        await using var sink = await stage.OpenAsync(maxMessageBytes: 10_000_000);

        await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        var log = await LogAsync(await KafkaBroker.SharedAsync(), stage, records);
        Assert.True(log.Count >= 2 * 4, $"{log.Count} batches of two that were each larger than four times the limit");
        Assert.All(log, batch => Assert.Equal((bits, true), (batch.CodecBits, batch.Header.SizeBytes <= limit)));
    }

    [RealKafkaTheory]
    [InlineData(ProduceCodec.None)]
    [InlineData(ProduceCodec.Zstd)]
    public async Task Batches_larger_than_a_segment_of_the_log_are_split_until_they_fit(ProduceCodec codec)
    {
        await using var stage = await BatchStages.NewAsync(NoLinger with { Codec = codec, BatchRecords = 300, BatchBytes = 8_000_000 }, null, SmallSegments);
        var records = TestRecords.Ordinary(900, valueBytes: 10_000);
        await using var sink = await stage.OpenAsync(queueBytes: 32 << 20, maxMessageBytes: 8_000_000);

        await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        // 3 MB in halves of halves.
        var log = await LogAsync(await KafkaBroker.SharedAsync(), stage, records);
        Assert.Equal(Enumerable.Repeat(75, 12), log.Select(batch => batch.Header.Records));
    }

    [RealKafkaTheory]
    [InlineData(KafkaErrorCode.MsgSizeTooLarge, "max.message.bytes", "1000000")]
    [InlineData(KafkaErrorCode.RecordListTooLarge, "segment.bytes", "1048576")]
    public async Task A_record_that_cannot_be_split_is_refused_with_the_brokers_own_reason(KafkaErrorCode code, string setting, string value)
    {
        await using var stage = await BatchStages.NewAsync(NoLinger, null, ("max.message.bytes", "8000000"), (setting, value));
        IReadOnlyList<RecordData> before = TestRecords.Ordinary(50);
        await using var sink = await stage.OpenAsync(maxMessageBytes: 8_000_000);
        await sink.SendAsync(TestRecords.Block([.. before]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await sink.SendAsync(TestRecords.Block([TestRecords.Record(50, value: TestRecords.Bytes(1_500_000, 1))]), CancellationToken.None);
            await sink.FlushAsync(CancellationToken.None);
        });

        Assert.Equal((ErrorCodes.RecordTooLarge, stage.Target.ToString()), (failure.Code, failure.Where));
        Assert.Contains("source offset 50,", failure.Message, StringComparison.Ordinal);
        Assert.Contains(KafkaErrors.NameOf(code), failure.Message, StringComparison.Ordinal);
        await BatchStages.AssertLogAsync(stage, before);
    }

    /// <summary>The trap: smaller batches behind the one that is refused are under way already, and must not be taken before it.</summary>
    [RealKafkaTheory]
    [InlineData(DeliveryGuarantee.Fenced)]
    [InlineData(DeliveryGuarantee.Idempotent)]
    public async Task A_first_batch_that_is_split_comes_before_the_smaller_ones_behind_it(DeliveryGuarantee guarantee)
    {
        await using var stage = await BatchStages.NewAsync(NoLinger with { Guarantee = guarantee, Codec = ProduceCodec.None, BatchRecords = 50 }, null, ("max.message.bytes", "60000"));
        IReadOnlyList<RecordData> records = [.. TestRecords.Ordinary(50, valueBytes: 2_000), .. TestRecords.Ordinary(450, firstOffset: 50)];
        await using var sink = await stage.OpenAsync();

        await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None);

        var log = await LogAsync(await KafkaBroker.SharedAsync(), stage, records);
        Assert.Equal([25, 25, .. Enumerable.Repeat(50, 9)], log.Select(batch => batch.Header.Records));
    }

    [RealKafkaTheory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Parts_whose_answers_are_lost_are_not_written_twice(int every)
    {
        var wire = new FaultyWire { OnAnswer = n => n % every == 0 ? new Fault(FaultKind.Cut) : Fault.None };
        await using var stage = await BatchStages.NewAsync(
            NoLinger with { Codec = ProduceCodec.None, BatchRecords = 100, ConnectionsPerBroker = 1 }, wire.Options, ("max.message.bytes", "20000"));
        var records = TestRecords.Ordinary(600, valueBytes: 500);
        await using var sink = await stage.OpenAsync();

        await sink.SendAsync(TestRecords.Block([.. records]), CancellationToken.None);
        await sink.FlushAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromMinutes(2));

        var log = await LogAsync(await KafkaBroker.SharedAsync(), stage, records);
        Assert.Equal(Enumerable.Repeat(25, 24), log.Select(batch => batch.Header.Records));
    }

    [KafkaLauncherFact]
    public async Task A_limit_lowered_under_way_on_three_replicas_loses_and_repeats_nothing()
    {
        const int limit = 60_000;
        await using var cluster = await KafkaBrokerLauncher.StartAsync(3, false, "default.replication.factor=3", "min.insync.replicas=2");
        await using var stage = await SinkStage.OnAsync(
            cluster, NoLinger with { Codec = ProduceCodec.None, BatchRecords = 100 }, sinks: (connection, options) => new BatchSinkFactory(connection, options));
        string[] topics = ["edge.headers", "edge.nulls", "edge.shuffled"];
        var golden = topics.SelectMany(topic => Golden.Expected("edges", topic, 0)).ToList();
        var records = new List<RecordData>();
        await using var sink = await stage.OpenAsync(maxMessageBytes: 1_048_588);

        await SendAsync([.. golden, .. TestRecords.Ordinary(500, valueBytes: 1_000)]);
        await cluster.ToolAsync("configs", "--alter", "--add-config", $"max.message.bytes={limit}", "--entity-type", "topics", "--entity-name", stage.Target.Topic);
        do
        {
            // The leader hears of it a little later than the tool.
            await SendAsync(TestRecords.Ordinary(100, valueBytes: 1_000));
        }
        while ((await BatchesAsync(cluster, stage.Target, stage.Acks.TargetOffsets[^1] + 1))[^1].Header.SizeBytes > limit);
        var loweredFrom = stage.Acks.TargetOffsets[^1] + 1;
        await SendAsync([.. golden, .. TestRecords.Ordinary(500, valueBytes: 1_000)]);

        var log = await LogAsync(cluster, stage, records);
        var lowered = log.Where(batch => batch.Header.BaseOffset >= loweredFrom).ToList();
        Assert.Contains(log, batch => batch.Header.SizeBytes > limit);
        Assert.DoesNotContain(lowered, batch => batch.Header.SizeBytes > limit);
        Assert.True(lowered.Count > (golden.Count + 500) / 100 + 5, $"{lowered.Count} batches of {golden.Count + 500} records");

        async Task SendAsync(IReadOnlyList<RecordData> more)
        {
            var block = more.Select((record, i) => record with { Offset = records.Count + i }).ToList();
            records.AddRange(block);
            await sink.SendAsync(TestRecords.Block(block), CancellationToken.None);
            await sink.FlushAsync(CancellationToken.None);
        }
    }

    /// <summary>The log holds exactly the records, each acknowledged where it stands; gives the batches of records in it.</summary>
    private static async Task<IReadOnlyList<Logged>> LogAsync(KafkaBroker broker, SinkStage stage, IReadOnlyList<RecordData> records)
    {
        Assert.Equal(records.Count, stage.Acks.Records);
        var dump = (await ConsumedRecordDump.ReadAsync(broker.BootstrapServers, stage.Target.Topic))[stage.Target.Partition];
        Assert.Equal(records.Select(ConsumedRecord.ContentOf), dump.Select(record => record.Content));
        Assert.Equal(stage.Acks.TargetOffsets, dump.Select(record => record.Offset));
        return await BatchesAsync(broker, stage.Target, dump[^1].Offset + 1);
    }

    private static async Task<IReadOnlyList<Logged>> BatchesAsync(KafkaBroker broker, TargetPartition target, long end)
    {
        await using var wire = new WireCluster(broker.Connection);
        await wire.RefreshAsync([target.Topic], CancellationToken.None);
        var leader = wire.LeaderOf(target)!.Value;
        var connection = await wire.BrokerAsync(leader.Broker, CancellationToken.None);
        var batches = new List<Logged>();
        for (var next = 0L; next < end;)
        {
            const int bytes = 4 << 20;
            var answer = await connection.AskAsync(
                new FetchRequest(TimeSpan.FromSeconds(1), bytes, IsolationLevel.ReadUncommitted, [new FetchPartition(target, next, bytes, leader.Epoch)]), CancellationToken.None);
            Assert.Equal(KafkaErrorCode.NoError, answer.Partitions[0].Error);
            var reached = Walk(answer.Partitions[0].Records.Span, batches);
            Assert.True(reached > next, $"nothing could be fetched from offset {next} of {end}");
            next = reached;
        }

        return batches;
    }

    private static long Walk(ReadOnlySpan<byte> fetched, List<Logged> batches)
    {
        var walker = new RecordBatchWalker(fetched);
        var reached = -1L;
        while (walker.Next(out var header) == RecordBatchStep.Batch)
        {
            reached = header.NextOffset;
            if (!header.IsControl)
            {
                batches.Add(new Logged(header, BatchHeader.ReadCodecBits(walker.Batch)));
            }
        }

        return reached;
    }

    private sealed record Logged(RecordBatchHeader Header, short CodecBits);
}
