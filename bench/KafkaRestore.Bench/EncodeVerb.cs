using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using KafkaRestore.Kafka.Batches;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Bench;

/// <summary>Encodes records into record batches on one thread, checksums included, and sends them nowhere.</summary>
internal sealed class EncodeVerb : BenchVerb
{
    private const int BlockRecords = 4_096;
    private const int Blocks = 16;

    public override string Name => "encode";

    public override string Usage =>
        "encode [--records 8000000] [--size 100] [--headers 2] [--codec none|lz4|zstd|gzip] [--level N] [--batch-bytes 1000000] [--batch-records 1000000] [--repeat 3] [--payload json|random]";

    public override async Task RunAsync(BenchArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var records = arguments.Number("records", 8_000_000, least: 1);
        var size = (int)arguments.Number("size", 100);
        var headers = (int)arguments.Number("headers", 2);
        var codec = arguments.Text("codec", "lz4");
        var level = (int)arguments.Number("level", 0);
        var batchBytes = arguments.Number("batch-bytes", 1_000_000, least: 1);
        var batchRecords = (int)arguments.Number("batch-records", 1_000_000, least: 1);
        var repeat = arguments.Number("repeat", 3, least: 1);
        var jsonLike = arguments.Text("payload", "json") == "json";
        arguments.Done();
        if (!Enum.TryParse<ProduceCodec>(codec, ignoreCase: true, out var parsed) || !RecordBatchBuilder.Supports(parsed))
        {
            throw new ArgumentException($"--codec {codec} is not none, lz4, zstd or gzip");
        }

        var blocks = MakeBlocks(size, headers, jsonLike);
        using var builder = new RecordBatchBuilder(parsed, level == 0 ? null : level, BufferPool.Shared);
        for (var round = 0; round < repeat; round++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var core = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            var (batches, taken, packed, done) = Encode(builder, blocks, records, batchBytes, batchRecords);
            var seconds = clock.Elapsed.TotalSeconds;
            var nanoseconds = (Environment.CpuUsage.TotalTime - core).TotalNanoseconds;
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{done} records in {batches} batches in {seconds:F3} s: {done / seconds:F0} records/s, {nanoseconds / done:F1} ns of CPU a record; {taken / seconds / 1e6:F0} MB/s in, {packed / seconds / 1e6:F0} MB/s out (ratio {(double)taken / packed:F2}); {(double)allocated / done:F3} bytes allocated per record")).ConfigureAwait(false);
        }
    }

    private static (long Batches, long Taken, long Packed, long Records) Encode(RecordBatchBuilder builder, byte[][] blocks, long records, long batchBytes, int batchRecords)
    {
        long batches = 0, taken = 0, packed = 0, done = 0;
        for (var i = 0; done < records; i++)
        {
            ReadOnlySpan<byte> rest = blocks[i % Blocks];
            while (!rest.IsEmpty)
            {
                done += builder.AppendMany(rest, batchBytes, batchRecords, out var consumed);
                taken += consumed;
                rest = rest[consumed..];
                if (!rest.IsEmpty)
                {
                    packed += Finish(builder);
                    batches++;
                }
            }
        }

        if (builder.Count > 0)
        {
            packed += Finish(builder);
            batches++;
        }

        return (batches, taken, packed, done);
    }

    private static int Finish(RecordBatchBuilder builder)
    {
        using var batch = builder.Finish();
        batch.Stamp(1, 0, 0);
        return batch.Length;
    }

    private static byte[][] MakeBlocks(int size, int headers, bool jsonLike)
    {
        var payload = new PayloadGenerator(1, jsonLike);
        var keys = Enumerable.Range(0, headers).Select(i => System.Text.Encoding.ASCII.GetBytes(i switch { 0 => "x-original-offset", 1 => "x-original-timestamp", _ => $"header-{i}" })).ToArray();
        var blocks = new byte[Blocks][];
        for (var b = 0; b < Blocks; b++)
        {
            var encoded = new List<byte>();
            for (var i = 0; i < BlockRecords; i++)
            {
                long offset = (b * BlockRecords) + i;
                var timestamp = 1_700_000_000_000 + (offset / 8);
                var record = new RecordData(offset, timestamp, null, payload.Next(offset, size), [.. keys.Select((key, k) => new HeaderData(key, Eight(k == 0 ? offset : timestamp)))]);
                var bytes = new byte[RecordEncoder.SizeOf(record)];
                RecordEncoder.Write(bytes, record);
                encoded.AddRange(bytes);
            }

            blocks[b] = [.. encoded];
        }

        return blocks;
    }

    private static byte[] Eight(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
