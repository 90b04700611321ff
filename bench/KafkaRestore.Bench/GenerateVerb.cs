using System.Diagnostics;
using System.Globalization;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Bench;

/// <summary>Writes an archive of any size and shape. Holds one segment per partition being written, at most two at once.</summary>
internal sealed class GenerateVerb : BenchVerb
{
    public override string Name => "generate";

    public override string Usage =>
        "generate --out DIR [--id bench] [--topic bench] [--records 1000000] [--size 1000] [--key-size 0] [--headers 0] [--header-size 8] [--partitions 8] "
        + "[--codec zstd|lz4|none] [--level 3] [--segment-bytes 134217728] [--tracking true|false] [--json-like true|false] [--seed 1]";

    public override async Task RunAsync(BenchArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var shape = Shape.From(arguments, out var directory, out var partitions);
        arguments.Done();
        var clock = Stopwatch.StartNew();
        Directory.CreateDirectory(directory);
        var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = directory });
        await using (storage.ConfigureAwait(false))
        {
            var done = new ManifestPartition[partitions];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount), CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, partitions, parallel, async (partition, token) =>
                done[partition] = await WritePartitionAsync(storage, shape, partition, partitions, token).ConfigureAwait(false)).ConfigureAwait(false);
            var manifest = new Manifest
            {
                BackupId = shape.Id,
                CreatedAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
                Compression = shape.Codec.ToString().ToLowerInvariant(),
                IsolationLevel = "read_committed",
                Topics = [new ManifestTopic { Name = shape.Topic, OriginalPartitionCount = partitions, Partitions = done }],
            };
            await ManifestWriter.WriteAsync(storage, manifest, cancellationToken).ConfigureAwait(false);
            var segments = done.SelectMany(partition => partition.Segments).ToList();
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{shape.Records} records in {segments.Count} segments: {segments.Sum(segment => segment.UncompressedSize) / 1e6:F0} MB of records, {segments.Sum(segment => segment.CompressedSize) / 1e6:F0} MB stored, {clock.Elapsed.TotalSeconds:F1} s")).ConfigureAwait(false);
        }
    }

    private static async Task<ManifestPartition> WritePartitionAsync(IArchiveStorage storage, Shape shape, int partition, int partitions, CancellationToken cancellationToken)
    {
        var payloads = new PayloadGenerator(shape.Seed + partition, shape.JsonLike);
        var random = new Random(shape.Seed * 31 + partition);
        var count = (shape.Records / partitions) + (partition < shape.Records % partitions ? 1 : 0);
        var segments = new List<SegmentEntry>();
        var writer = new SegmentWriter(shape.Codec, shape.Level);
        for (long offset = 0; offset < count; offset++)
        {
            writer.Append(shape.Record(offset, offset + (partition * count), payloads, random));
            if (writer.UncompressedBytes >= shape.SegmentBytes || offset == count - 1)
            {
                segments.Add(await writer.WriteAsync(storage, shape.Id, shape.Topic, partition, uploadedAt: 1, cancellationToken).ConfigureAwait(false));
                writer = new SegmentWriter(shape.Codec, shape.Level);
            }
        }

        return new ManifestPartition { PartitionId = partition, Segments = segments, CoveredThrough = count - 1, SnapshotEndOffset = count };
    }

    private sealed record Shape(
        string Id,
        string Topic,
        long Records,
        int Size,
        int KeySize,
        int Headers,
        int HeaderSize,
        SegmentCompression Codec,
        int Level,
        int SegmentBytes,
        bool Tracking,
        bool JsonLike,
        int Seed)
    {
        // Timestamps end at the program's start, so that retention by time keeps all of it.
        private readonly long _end = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        public static Shape From(BenchArguments arguments, out string directory, out int partitions)
        {
            directory = arguments.Text("out");
            partitions = (int)arguments.Number("partitions", 8, least: 1);
            return new Shape(
                arguments.Text("id", "bench"),
                arguments.Text("topic", "bench"),
                arguments.Number("records", 1_000_000, least: 1),
                (int)arguments.Number("size", 1000),
                (int)arguments.Number("key-size", 0),
                (int)arguments.Number("headers", 0),
                (int)arguments.Number("header-size", 8),
                arguments.Text("codec", "zstd") switch
                {
                    "zstd" => SegmentCompression.Zstd,
                    "lz4" => SegmentCompression.Lz4,
                    "none" => SegmentCompression.None,
                    var other => throw new ArgumentException($"--codec {other} is not zstd, lz4 or none"),
                },
                (int)arguments.Number("level", 3, least: 1),
                (int)arguments.Number("segment-bytes", 128 << 20, least: 1),
                arguments.Flag("tracking", true),
                arguments.Flag("json-like", true),
                (int)arguments.Number("seed", 1));
        }

        public RecordData Record(long offset, long id, PayloadGenerator payloads, Random random)
        {
            var timestamp = _end - Records + id;
            byte[]? key = null;
            if (KeySize > 0)
            {
                key = new byte[KeySize];
                random.NextBytes(key);
            }

            var headers = new HeaderData[Headers + (Tracking ? 2 : 0)];
            for (var i = 0; i < Headers; i++)
            {
                headers[i] = new HeaderData([(byte)'h', (byte)('0' + (i % 10))], payloads.Next(id, HeaderSize));
            }

            if (Tracking)
            {
                headers[^2] = new HeaderData(s_offsetKey, BitConverter.GetBytes(offset));
                headers[^1] = new HeaderData(s_timestampKey, BitConverter.GetBytes(timestamp));
            }

            return new RecordData(offset, timestamp, key, payloads.Next(id, Size), headers);
        }

        private static readonly byte[] s_offsetKey = "x-original-offset"u8.ToArray();
        private static readonly byte[] s_timestampKey = "x-original-timestamp"u8.ToArray();
    }
}
