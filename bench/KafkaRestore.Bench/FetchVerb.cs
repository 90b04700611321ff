using System.Diagnostics;
using System.Globalization;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Kafka.Reading.Polling;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Batch;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Bench;

/// <summary>
/// Fills a topic and reads it back, all partitions at once, with Kafka's own consumer-perf-test beside it on the same broker, in turn: what counts is
/// the ratio within a round.
/// </summary>
internal sealed class FetchVerb : BenchVerb
{
    private const int BlockRecords = 4_096;

    public override string Name => "fetch";

    public override string Usage =>
        "fetch --bootstrap HOST:PORT [--records 2000000] [--size 100] [--codec lz4] [--partitions 1] [--reader wire|client] [--yardstick 'COMMAND of consumer-perf-test'] [--rounds 3] [--memory 268435456]";

    public override async Task RunAsync(BenchArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var connection = new KafkaConnectionOptions { BootstrapServers = [arguments.Text("bootstrap")] };
        var records = arguments.Number("records", 2_000_000, least: 1);
        var size = (int)arguments.Number("size", 100, least: 1);
        var codec = Enum.Parse<ProduceCodec>(arguments.Text("codec", "lz4"), ignoreCase: true);
        var partitions = (int)arguments.Number("partitions", 1, least: 1);
        var kind = arguments.Text("reader", "wire");
        var yardstick = new ConsumerYardstick(arguments.Text("yardstick", ""), connection.BootstrapServers[0]);
        var rounds = arguments.Number("rounds", 3, least: 1);
        var budget = new MemoryBudget(arguments.Number("memory", 256 << 20, least: 1));
        arguments.Done();

        var topic = $"fetch-{Environment.ProcessId}";
        var ranges = await FillAsync(connection, topic, partitions, records, size, codec, cancellationToken).ConfigureAwait(false);
        var reader = kind == "client"
            ? new ClientTargetReader(connection, budget, "asked for")
            : await TargetReaders.OpenAsync(connection, budget, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            var ratios = new List<double>();
            for (var round = 1; round <= rounds; round++)
            {
                var beside = yardstick.IsGiven ? await yardstick.RunAsync(topic, records, cancellationToken).ConfigureAwait(false) : (double?)null;
                var (perSecond, line) = await MeasureAsync(reader, ranges, size, cancellationToken).ConfigureAwait(false);
                if (beside is { } figure)
                {
                    ratios.Add(perSecond / figure);
                    line += string.Create(CultureInfo.InvariantCulture, $"; consumer-perf-test {figure:F0} records/s; ratio {ratios[^1]:F2}");
                }

                await output.WriteLineAsync($"round {round}: {line}").ConfigureAwait(false);
            }

            if (ratios.Count > 0)
            {
                ratios.Sort();
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"median ratio {ratios[ratios.Count / 2]:F2} over {ratios.Count} rounds")).ConfigureAwait(false);
            }
        }
    }

    private static async Task<(double PerSecond, string Line)> MeasureAsync(
        ITargetReader reader, IReadOnlyDictionary<TargetPartition, PartitionRange> ranges, int size, CancellationToken cancellationToken)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var core = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(ranges.Select(range => Task.Run(
            async () =>
            {
                var count = 0L;
                await foreach (var block in reader.ReadAsync(range.Key, range.Value.LogStart, range.Value.End, new ReadOptions(), cancellationToken).ConfigureAwait(false))
                {
                    using (block)
                    {
                        count += block.Count;
                    }
                }

                return count;
            },
            cancellationToken))).ConfigureAwait(false);
        var seconds = clock.Elapsed.TotalSeconds;
        var cpu = (Environment.CpuUsage.TotalTime - core).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        var records = counts.Sum();
        return (records / seconds, string.Create(
            CultureInfo.InvariantCulture,
            $"{reader.Description.Reader} read {records} records in {seconds:F2} s, {cpu:F2} s of CPU: {records / seconds:F0} records/s, {records / seconds * size / 1e6:F0} MB/s of values; {(double)allocated / records:F3} bytes allocated per record"));
    }

    private static async Task<IReadOnlyDictionary<TargetPartition, PartitionRange>> FillAsync(
        KafkaConnectionOptions connection, string topic, int partitions, long records, int size, ProduceCodec codec, CancellationToken cancellationToken)
    {
        var targets = Enumerable.Range(0, partitions).Select(partition => new TargetPartition(topic, partition)).ToList();
        var cluster = new TargetCluster(connection);
        await using (cluster.ConfigureAwait(false))
        {
            await cluster.CreateTopicsAsync([new TopicToCreate(topic, partitions, -1, new Dictionary<string, string>())], cancellationToken).ConfigureAwait(false);
            var sinks = new BatchSinkFactory(connection, new DeliveryOptions { Codec = codec, Guarantee = DeliveryGuarantee.Idempotent });
            await using (sinks.ConfigureAwait(false))
            {
                await sinks.PrepareAsync(cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < partitions; i++)
                {
                    await FillAsync(sinks, targets[i], (records / partitions) + (i < records % partitions ? 1 : 0), size, cancellationToken).ConfigureAwait(false);
                }
            }

            return await cluster.ReadRangesAsync(targets, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task FillAsync(BatchSinkFactory sinks, TargetPartition target, long records, int size, CancellationToken cancellationToken)
    {
        var payload = new PayloadGenerator(target.Partition, jsonLike: true);
        var sink = await sinks.OpenAsync(new SinkLane(target, 0, 16 << 20, null), Deaf.Observer, cancellationToken).ConfigureAwait(false);
        await using (sink.ConfigureAwait(false))
        {
            for (long offset = 0; offset < records;)
            {
                var count = (int)Math.Min(BlockRecords, records - offset);
                var block = new RecordBlock(BufferPool.Shared.Rent(count * (size + 64)));
                var length = 0;
                for (var i = 0; i < count; i++, offset++)
                {
                    length += RecordEncoder.Write(block.Memory[length..], new RecordData(offset, 1_700_000_000_000 + offset, null, payload.Next(offset, size), []));
                }

                block.SetContent(count, length);
                await sink.SendAsync(block, cancellationToken).ConfigureAwait(false);
            }

            await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed class Deaf : ISinkObserver
    {
        public static readonly Deaf Observer = new();

        public void Acknowledged(in SinkAck ack)
        {
        }

        public void Troubled(string? why)
        {
        }
    }
}
