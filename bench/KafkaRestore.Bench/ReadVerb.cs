using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Bench;

/// <summary>Reads an archive, checking everything and writing nothing: what the reader alone can do.</summary>
internal sealed class ReadVerb : BenchVerb
{
    private long _records;
    private long _stored;
    private long _unpacked;

    public override string Name => "read";

    public override string Usage => "read --path DIR [--id bench] [--lanes 2] [--memory 1073741824] [--repeat 1]";

    public override async Task RunAsync(BenchArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var path = arguments.Text("path");
        var id = arguments.Text("id", "bench");
        var lanes = (int)arguments.Number("lanes", 2, least: 1);
        var budget = new MemoryBudget(arguments.Number("memory", 1 << 30, least: 1));
        var repeat = arguments.Number("repeat", 1, least: 1);
        arguments.Done();
        var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = path });
        await using (storage.ConfigureAwait(false))
        {
            var manifest = await ManifestReader.ReadAsync(storage, id, cancellationToken).ConfigureAwait(false);
            var reader = new SegmentReader(storage, budget);
            for (var round = 0; round < repeat; round++)
            {
                await MeasureAsync(manifest, reader, lanes, output, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task MeasureAsync(Manifest manifest, SegmentReader reader, int lanes, TextWriter output, CancellationToken cancellationToken)
    {
        _records = _stored = _unpacked = 0;
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        var partitions = new ConcurrentQueue<(string Topic, ManifestPartition Partition)>(
            from topic in manifest.Topics
            from partition in topic.Partitions
            orderby partition.Segments.Sum(segment => segment.CompressedSize) descending
            select (topic.Name, partition));
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(_ => Task.Run(
            async () =>
            {
                while (partitions.TryDequeue(out var next))
                {
                    await ReadAsync(manifest.BackupId, next.Topic, next.Partition, reader, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken))).ConfigureAwait(false);
        var seconds = clock.Elapsed.TotalSeconds;
        process.Refresh();
        var core = (process.TotalProcessorTime - cpu).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{_records} records in {seconds:F2} s, {core:F2} s of CPU, {lanes} lanes: {_records / seconds:F0} records/s, {_stored / seconds / 1e6:F0} MB/s stored, {_unpacked / seconds / 1e6:F0} MB/s unpacked; ")
            + string.Create(CultureInfo.InvariantCulture,
                $"per core {_records / core:F0} records/s, {_unpacked / core / 1e6:F0} MB/s unpacked; {(double)allocated / _records:F3} bytes allocated per record; peak RSS {process.PeakWorkingSet64 / 1e6:F0} MB")).ConfigureAwait(false);
    }

    private async Task ReadAsync(string backupId, string topic, ManifestPartition partition, SegmentReader reader, CancellationToken cancellationToken)
    {
        long records = 0, stored = 0, unpacked = 0;
        foreach (var entry in partition.Segments)
        {
            var segment = new SegmentReference(backupId, topic, partition.PartitionId, entry);
            var reservation = await reader.Budget.ReserveAsync(reader.MemoryFor(segment), cancellationToken).ConfigureAwait(false);
            var open = await reader.OpenAsync(segment, reservation, cancellationToken).ConfigureAwait(false);
            await using (open.ConfigureAwait(false))
            {
                await foreach (var block in open.Blocks.WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    using (block)
                    {
                        records += block.Count;
                        unpacked += block.Length;
                    }
                }

                stored += open.StoredBytes;
            }
        }

        Interlocked.Add(ref _records, records);
        Interlocked.Add(ref _stored, stored);
        Interlocked.Add(ref _unpacked, unpacked);
    }
}
