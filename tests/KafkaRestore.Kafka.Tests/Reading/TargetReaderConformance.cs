using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;
using static KafkaRestore.Kafka.Tests.Reading.ReadingStage;

namespace KafkaRestore.Kafka.Tests.Reading;

/// <summary>What every reader does, whatever stands behind it.</summary>
public abstract class TargetReaderConformance
{
    // The records of these tests are older than any broker keeps by itself.
    private static readonly (string Name, string Value) KeptForEver = ("retention.ms", "-1");

    private static readonly ReadOptions Impatient = new() { Deadline = TimeSpan.FromSeconds(2) };

    protected MemoryBudget Budget { get; } = new(64 << 20);

    protected abstract ITargetReader Open(KafkaConnectionOptions connection, MemoryBudget budget);

    [RealKafkaTheory]
    [InlineData(ProduceCodec.None)]
    [InlineData(ProduceCodec.Gzip)]
    [InlineData(ProduceCodec.Lz4)]
    [InlineData(ProduceCodec.Zstd)]
    public async Task Records_come_byte_for_byte(ProduceCodec codec)
    {
        var (broker, reader, target) = await StageAsync(("message.timestamp.after.max.ms", $"{long.MaxValue}"));
        await using var _ = reader;
        RecordData[] sent =
        [
            .. TestRecords.Nasty(),
            TestRecords.Record(0, 0, [1], [2]),
            TestRecords.Record(0, TestRecords.SomeTime, [1], [2], new HeaderData([0xff, 0xfe, 0x80], [1]), new HeaderData([0xc3, 0x28], null)),
            .. TestRecords.Ordinary(500),
        ];
        SendBatch(broker, target.Topic, sent, codec);

        AssertRead(sent, await ReadAsync(reader, target, 0, sent.Length));
    }

    [RealKafkaTheory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task What_librdkafka_packs_is_read(CompressionType codec)
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        var values = Enumerable.Range(0, 2_000).Select(i => $"value {i} of {target.Topic} {new string('x', i % 100)}").ToArray();
        using (var producer = NewProducer(broker, codec: codec))
        {
            await ProduceAsync(producer, target.Topic, values);
        }

        Assert.Equal(values, Values(await ReadAsync(reader, target, 0, values.Length)));
    }

    [RealKafkaTheory]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task What_the_official_producer_packs_is_read(string codec)
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        var lines = Enumerable.Range(0, 300).Select(i => $"payload {i} {string.Concat(Enumerable.Repeat($"word{i % 7} ", 30))}").ToArray();
        var file = Path.GetTempFileName();
        await File.WriteAllLinesAsync(file, lines);
        await broker.ToolAsync(
            "producer-perf-test", "--topic", target.Topic, "--num-records", "3000", "--payload-file", file, "--throughput", "-1",
            "--command-property", $"compression.type={codec}", "linger.ms=50", "batch.size=300000");
        File.Delete(file);

        var read = await ReadAsync(reader, target, 0, 3_000);

        var judge = await broker.ReadAsync(target.Topic);
        Assert.Equal(judge.Select(record => (record.Offset, record.Content)), read.Select(record => (record.Offset, ConsumedRecord.ContentOf(record))));
        Assert.Subset(lines.ToHashSet(), Values(read).ToHashSet());
        Assert.Equal(3_000, read.Count);
    }

    [RealKafkaFact]
    public async Task A_range_begins_and_ends_within_a_batch()
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        var sent = TestRecords.Ordinary(1_000);
        SendBatch(broker, target.Topic, sent, ProduceCodec.Lz4);
        SendBatch(broker, target.Topic, sent);

        AssertRead(sent.Skip(123).Take(877).Concat(sent.Take(7)), await ReadAsync(reader, target, 123, 1_007), 123);
        AssertRead(sent.Skip(500).Take(1), await ReadAsync(reader, target, 500, 501), 500);
    }

    [RealKafkaFact]
    public async Task Records_and_batches_larger_than_blocks_and_fetches_come_whole()
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        RecordData[] sent = [.. Enumerable.Range(0, 20).Select(i => TestRecords.Record(i, value: TestRecords.Bytes((i % 3 * 20_000) + 5, i)))];
        SendBatch(broker, target.Topic, sent, ProduceCodec.Zstd);
        SendBatch(broker, target.Topic, sent);

        var read = await ReadAsync(reader, target, 0, 40, new ReadOptions { FetchBytes = 2_000, BlockBytes = 300, Blocks = 1 });

        AssertRead(sent.Concat(sent), read);
        Assert.Equal(0, Budget.UsedBytes);
    }

    [RealKafkaFact]
    public async Task Timestamps_that_the_broker_gave_are_those_of_the_log()
    {
        var (broker, reader, target) = await StageAsync(("message.timestamp.type", "LogAppendTime"));
        await using var _ = reader;
        SendBatch(broker, target.Topic, TestRecords.Ordinary(3), ProduceCodec.Lz4);

        var read = await ReadAsync(reader, target, 0, 3);

        var judge = await broker.ReadAsync(target.Topic);
        Assert.Equal(judge.Select(record => record.Timestamp), read.Select(record => record.Timestamp));
        Assert.NotEqual(TestRecords.SomeTime + 1, read[1].Timestamp);
        Assert.Equal(read[0].Timestamp, read[2].Timestamp);
    }

    [RealKafkaFact]
    public async Task Aborted_records_are_left_out_only_where_committed_ones_are_wanted()
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        var total = await InterleaveAsync(broker, target.Topic);

        var all = await ReadAsync(reader, target, 0, total);
        var committed = await ReadAsync(reader, target, 0, total, new ReadOptions { Isolation = ReadIsolation.Committed });
        var tail = await ReadAsync(reader, target, 3, total, new ReadOptions { Isolation = ReadIsolation.Committed });

        Assert.Equal(["plain-1", "aborted-1", "committed-1", "aborted-2", "plain-2", "committed-2", "committed-3"], Values(all));
        Assert.Equal(["plain-1", "committed-1", "plain-2", "committed-2", "committed-3"], Values(committed));
        Assert.Equal(["plain-2", "committed-2", "committed-3"], Values(tail));
        Assert.True(all.Zip(all.Skip(1)).All(pair => pair.First.Offset < pair.Second.Offset));
    }

    [RealKafkaFact]
    public async Task An_open_transaction_holds_up_committed_reading_and_is_named()
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        using var plain = NewProducer(broker);
        await ProduceAsync(plain, target.Topic, "before");
        using var open = NewProducer(broker, $"{target.Topic}-open");
        open.InitTransactions(TimeSpan.FromSeconds(60));
        open.BeginTransaction();
        await ProduceAsync(open, target.Topic, "open");
        await ProduceAsync(plain, target.Topic, "after");

        var all = await ReadAsync(reader, target, 0, 3);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(reader, target, 0, 3, Impatient with { Isolation = ReadIsolation.Committed }));
        open.AbortTransaction(TimeSpan.FromSeconds(60));

        Assert.Equal(["before", "open", "after"], Values(all));
        Assert.Equal((ErrorCodes.OpenTransaction, target.ToString()), (failure.Code, failure.Where));
        Assert.Equal(["before", "after"], Values(await ReadAsync(reader, target, 0, 4, new ReadOptions { Isolation = ReadIsolation.Committed })));
    }

    [RealKafkaFact]
    public async Task Offsets_that_are_gone_are_named_with_where_the_log_begins()
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        SendBatch(broker, target.Topic, TestRecords.Ordinary(10));
        await DeleteBeforeAsync(broker, target.Topic, 7);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(reader, target, 3, 10));

        Assert.Equal((ErrorCodes.TargetRewound, target.ToString()), (failure.Code, failure.Where));
        Assert.Contains("offset 3 is gone: the log begins at 7", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, (await ReadAsync(reader, target, 7, 10)).Count);
    }

    [RealKafkaFact]
    public async Task An_offset_behind_the_logs_end_is_named_with_where_it_ends()
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        SendBatch(broker, target.Topic, TestRecords.Ordinary(10));

        var failure = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(reader, target, 50, 60));

        Assert.Equal(ErrorCodes.TargetRewound, failure.Code);
        Assert.Contains("offset 50 is gone: the log ends at 10", failure.Message, StringComparison.Ordinal);
    }

    [RealKafkaFact]
    public async Task An_end_that_is_not_reached_ends_with_the_deadline_after_all_that_is_there()
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        SendBatch(broker, target.Topic, TestRecords.Ordinary(10));
        var read = 0;

        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await foreach (var block in reader.ReadAsync(target, 0, 11, Impatient, CancellationToken.None))
            {
                read += block.Count;
                block.Dispose();
            }
        });

        Assert.Equal(ErrorCodes.TargetUnavailable, failure.Code);
        Assert.Contains("the log ends at offset 10", failure.Message, StringComparison.Ordinal);
        Assert.Equal((10, 0L), (read, Budget.UsedBytes));
    }

    [RealKafkaFact]
    public async Task Records_that_come_while_the_end_is_awaited_are_read()
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        SendBatch(broker, target.Topic, TestRecords.Ordinary(5));
        await using var blocks = reader.ReadAsync(target, 0, 8, new ReadOptions(), CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await blocks.MoveNextAsync());
        Assert.Equal(5, blocks.Current.Count);
        blocks.Current.Dispose();

        var more = blocks.MoveNextAsync();
        SendBatch(broker, target.Topic, TestRecords.Ordinary(3));

        Assert.True(await more);
        Assert.Equal(3, blocks.Current.Count);
        blocks.Current.Dispose();
        Assert.False(await blocks.MoveNextAsync());
    }

    [RealKafkaFact]
    public async Task An_empty_range_asks_nobody()
    {
        await using var reader = Open(new KafkaConnectionOptions { BootstrapServers = ["127.0.0.1:1"] }, Budget);

        Assert.Empty(await ReadAsync(reader, new TargetPartition("t", 0), 5, 5));
        Assert.Empty(await ReadAsync(reader, new TargetPartition("t", 0), 5, 4));
    }

    [RealKafkaFact]
    public async Task Cancellation_ends_the_waiting_and_gives_all_memory_back()
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        SendBatch(broker, target.Topic, TestRecords.Ordinary(5));
        using var stop = new CancellationTokenSource();
        await using var blocks = reader.ReadAsync(target, 0, 100, new ReadOptions(), stop.Token).GetAsyncEnumerator();
        Assert.True(await blocks.MoveNextAsync());
        blocks.Current.Dispose();

        var waiting = blocks.MoveNextAsync();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        Assert.Equal(0, Budget.UsedBytes);
    }

    [RealKafkaFact]
    public async Task A_caller_who_leaves_early_leaves_nothing_behind()
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        for (var i = 0; i < 20; i++)
        {
            SendBatch(broker, target.Topic, TestRecords.Ordinary(1_000));
        }

        RecordBlock? kept = null;
        await foreach (var block in reader.ReadAsync(target, 0, 20_000, new ReadOptions { FetchBytes = 200_000, BlockBytes = 20_000 }, CancellationToken.None))
        {
            kept = block;
            break;
        }

        Assert.InRange(Budget.UsedBytes, 1, Budget.TotalBytes);
        Assert.Equal(0, Copy(kept!)[0].Offset);
        kept!.Dispose();
        Assert.Equal(0, Budget.UsedBytes);
    }

    [RealKafkaFact]
    public async Task A_topic_or_partition_that_does_not_exist_is_named_and_not_created()
    {
        var (broker, reader, target) = await StageAsync();
        await using var _ = reader;
        var missing = new TargetPartition(KafkaBroker.NewTopicName("missing"), 0);

        var noTopic = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(reader, missing, 0, 1));
        var noPartition = await Assert.ThrowsAsync<RestoreException>(() => ReadAsync(reader, target with { Partition = 7 }, 0, 1));

        Assert.Equal((ErrorCodes.TargetTopicMissing, missing.ToString()), (noTopic.Code, noTopic.Where));
        Assert.Equal((ErrorCodes.TargetTopicMissing, $"{target.Topic}/7"), (noPartition.Code, noPartition.Where));
        await using var cluster = new Kafka.Client.TargetCluster(broker.Connection);
        Assert.Empty(await cluster.DescribeTopicsAsync([missing.Topic], CancellationToken.None));
    }

    [RealKafkaFact]
    public async Task Many_partitions_are_read_at_once_within_a_budget_for_two()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 12);
        using (var producer = NewProducer(broker, codec: CompressionType.Lz4))
        {
            await Task.WhenAll(Enumerable.Range(0, 12 * 400).Select(i =>
                producer.ProduceAsync(new TopicPartition(topic, i % 12), new Message<byte[]?, byte[]?> { Value = Encoding.UTF8.GetBytes($"{i}") })));
        }

        var options = new ReadOptions { FetchBytes = 64 << 10, BlockBytes = 4 << 10 };
        var budget = new MemoryBudget(1 << 20);
        await using var reader = Open(broker.Connection, budget);

        var read = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => ReadAsync(reader, new TargetPartition(topic, i), 0, 400, options)));

        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(Enumerable.Range(0, 400).Select(n => $"{(n * 12) + i}").Order(), Values(read[i]).Order());
        }

        Assert.Equal(0, budget.UsedBytes);
    }

    [RealKafkaFact]
    public async Task A_partition_whose_caller_does_not_come_back_holds_up_no_other()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using (var producer = NewProducer(broker))
        {
            await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i =>
                producer.ProduceAsync(new TopicPartition(topic, i % 2), new Message<byte[]?, byte[]?> { Value = TestRecords.Bytes(500, i) })));
        }

        await using var reader = Open(broker.Connection, Budget);
        await using var slow = reader.ReadAsync(new TargetPartition(topic, 0), 0, 1_000, new ReadOptions { FetchBytes = 10_000, BlockBytes = 1_000 }, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await slow.MoveNextAsync());

        Assert.Equal(1_000, (await ReadAsync(reader, new TargetPartition(topic, 1), 0, 1_000)).Count);
        slow.Current.Dispose();
    }

    [KafkaLauncherFact]
    public async Task What_compaction_took_is_passed_over()
    {
        await using var broker = await KafkaBrokerLauncher.StartAsync(1, false, "log.cleaner.backoff.ms=100", "log.retention.check.interval.ms=1000");
        var topic = await broker.CreateTopicAsync(configuration: new Dictionary<string, string>
        {
            ["cleanup.policy"] = "compact", ["segment.ms"] = "100", ["min.cleanable.dirty.ratio"] = "0.0001", ["delete.retention.ms"] = "0", ["max.compaction.lag.ms"] = "100",
        });
        var target = new TargetPartition(topic, 0);
        using var producer = NewProducer(broker);
        await using var reader = Open(broker.Connection, Budget);
        var sent = 0L;
        IReadOnlyList<RecordData> read;
        var patience = Stopwatch.StartNew();
        do
        {
            // A segment that is written to is not compacted; the next record begins another.
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(2), $"the broker has not compacted the topic, {sent} records were sent");
            await ProduceAsync(producer, topic, "same");
            await ProduceAsync(producer, topic, "same");
            sent += 2;
            read = await ReadAsync(reader, target, 0, sent);
        }
        while (read[0].Offset == 0 || read.Count > sent / 2);

        Assert.Equal(read.Select(record => record.Offset).Order(), read.Select(record => record.Offset));
        Assert.Equal(sent - 1, read[^1].Offset);
        Assert.All(Values(read), value => Assert.Equal("same", value));
    }

    [KafkaLauncherFact]
    public async Task A_leader_that_dies_and_one_that_is_paused_are_survived()
    {
        await using var cluster = await KafkaBrokerLauncher.StartAsync(3, false, "default.replication.factor=3", "min.insync.replicas=2");
        var topic = await cluster.CreateTopicAsync(configuration: new Dictionary<string, string> { [KeptForEver.Name] = KeptForEver.Value });
        var target = new TargetPartition(topic, 0);
        var sent = TestRecords.Ordinary(10_000);
        using (var producer = NewProducer(cluster))
        {
            foreach (var chunk in sent.Chunk(500))
            {
                await Task.WhenAll(chunk.Select(record => producer.ProduceAsync(
                    new TopicPartition(topic, 0),
                    new Message<byte[]?, byte[]?> { Key = record.Key, Value = record.Value, Timestamp = new Timestamp(record.Timestamp, TimestampType.CreateTime), Headers = HeadersOf(record) })));
            }
        }

        await using var reader = Open(cluster.Connection, Budget);
        var read = new List<RecordData>();
        var (killed, paused) = (0, 0);
        await foreach (var block in reader.ReadAsync(target, 0, sent.Count, new ReadOptions { FetchBytes = 10_000, BlockBytes = 5_000 }, CancellationToken.None))
        {
            using (block)
            {
                var before = read.Count;
                read.AddRange(Copy(block));
                if (before < 2_000 && read.Count >= 2_000)
                {
                    killed = await LeaderAsync(cluster, topic);
                    await cluster.KillAsync(killed);
                }
                else if (before < 6_000 && read.Count >= 6_000)
                {
                    // Two of three must be there to choose a leader.
                    await cluster.ReviveAsync(killed);
                    paused = await LeaderAsync(cluster, topic);
                    await cluster.PauseAsync(paused);
                }
                else if (before < 9_000 && read.Count >= 9_000)
                {
                    await cluster.ResumeAsync(paused);
                }
            }
        }

        AssertRead(sent, read);
    }

    private static Headers HeadersOf(RecordData record)
    {
        var headers = new Headers();
        foreach (var header in record.Headers)
        {
            headers.Add(Encoding.UTF8.GetString(header.Key), header.Value);
        }

        return headers;
    }

    private static async Task<int> LeaderAsync(KafkaBrokerLauncher cluster, string topic)
    {
        await using var wire = new Kafka.Wire.WireCluster(cluster.Connection);
        while (true)
        {
            await wire.RefreshAsync([topic], CancellationToken.None);
            if (wire.LeaderOf(new TargetPartition(topic, 0)) is { } leader)
            {
                return leader.Broker;
            }
        }
    }

    /// <summary>Records of plain, committing and aborting producers between each other; gives the log's end.</summary>
    private static async Task<long> InterleaveAsync(KafkaBroker broker, string topic)
    {
        using var plain = NewProducer(broker);
        using var aborting = NewProducer(broker, $"{topic}-a");
        using var committing = NewProducer(broker, $"{topic}-c");
        var patience = TimeSpan.FromSeconds(60);
        aborting.InitTransactions(patience);
        committing.InitTransactions(patience);
        aborting.BeginTransaction();
        committing.BeginTransaction();
        await ProduceAsync(plain, topic, "plain-1");
        await ProduceAsync(aborting, topic, "aborted-1");
        await ProduceAsync(committing, topic, "committed-1");
        await ProduceAsync(aborting, topic, "aborted-2");
        committing.CommitTransaction(patience);
        await ProduceAsync(plain, topic, "plain-2");
        aborting.AbortTransaction(patience);

        // The one that aborted commits now: only its first transaction is left out.
        aborting.BeginTransaction();
        await ProduceAsync(aborting, topic, "committed-2");
        aborting.CommitTransaction(patience);
        committing.BeginTransaction();
        await ProduceAsync(committing, topic, "committed-3");
        committing.CommitTransaction(patience);
        return 7 + 4;
    }

    private async Task<(KafkaBroker Broker, ITargetReader Reader, TargetPartition Target)> StageAsync(params (string Name, string Value)[] topic)
    {
        var broker = await KafkaBroker.SharedAsync();
        var name = await broker.CreateTopicAsync(configuration: topic.Append(KeptForEver).ToDictionary(setting => setting.Name, setting => setting.Value));
        return (broker, Open(broker.Connection, Budget), new TargetPartition(name, 0));
    }
}

public sealed class WireTargetReaderConformance : TargetReaderConformance
{
    protected override ITargetReader Open(KafkaConnectionOptions connection, MemoryBudget budget) => new Kafka.Reading.Fetching.WireTargetReader(connection, budget);
}

public sealed class ClientTargetReaderConformance : TargetReaderConformance
{
    protected override ITargetReader Open(KafkaConnectionOptions connection, MemoryBudget budget) => new Kafka.Reading.Polling.ClientTargetReader(connection, budget, "the test asks for it");
}
