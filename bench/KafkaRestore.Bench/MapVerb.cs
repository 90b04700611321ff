using System.Diagnostics;
using System.Globalization;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Storage;

namespace KafkaRestore.Bench;

/// <summary>Writes the offset map of a compacted topic (every record a run of its own), opens it, looks offsets up, and writes reports.</summary>
internal sealed class MapVerb : BenchVerb
{
    private const int BatchRuns = 1_000_000;

    public override string Name => "map";

    public override string Usage =>
        "map --directory DIR [--records 100000000] [--max-gap 3] [--chunk-bytes 65536] [--cache-bytes 8388608] [--lookups 200000] [--report pairs|runs|csv|none] [--seed 1]";

    public override async Task RunAsync(BenchArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var directory = arguments.Text("directory");
        var records = arguments.Number("records", 100_000_000, least: 1);
        var maxGap = (int)arguments.Number("max-gap", 3, least: 1);
        var chunkBytes = (int)arguments.Number("chunk-bytes", OffsetMapWriter.DefaultChunkBytes, least: OffsetMapWriter.MinChunkBytes);
        var cacheBytes = arguments.Number("cache-bytes", OffsetMapCache.DefaultBytes);
        var lookups = (int)arguments.Number("lookups", 200_000, least: 1);
        var report = arguments.Text("report", "none");
        var seed = (int)arguments.Number("seed", 1);
        arguments.Done();
        OffsetReportFormat? format = report switch
        {
            "pairs" => OffsetReportFormat.JsonPairs,
            "runs" => OffsetReportFormat.JsonRuns,
            "csv" => OffsetReportFormat.Csv,
            "none" => null,
            _ => throw new ArgumentException($"--report {report} is not pairs, runs, csv or none"),
        };

        var chunks = new DirectoryOffsetMapChunks(Path.Combine(directory, "map"));
        await chunks.DeleteAllAsync(cancellationToken).ConfigureAwait(false);
        var state = await WriteAsync(chunks, records, maxGap, chunkBytes, seed, output, cancellationToken).ConfigureAwait(false);
        var map = await OpenAsync(chunks, state, cacheBytes, output, cancellationToken).ConfigureAwait(false);
        await LookUpAsync(map, lookups, clustered: false, output, cancellationToken).ConfigureAwait(false);
        await LookUpAsync(map, lookups, clustered: true, output, cancellationToken).ConfigureAwait(false);
        await EnumerateAsync(map, output, cancellationToken).ConfigureAwait(false);
        if (format is { } chosen)
        {
            await ReportAsync(map, Path.Combine(directory, $"report.{report}"), chosen, output, cancellationToken).ConfigureAwait(false);
        }

        await chunks.DeleteAllAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<OffsetMapState> WriteAsync(
        DirectoryOffsetMapChunks chunks, long records, int maxGap, int chunkBytes, int seed, TextWriter output, CancellationToken cancellationToken)
    {
        var writer = new OffsetMapWriter(chunkBytes);
        var gaps = new byte[BatchRuns];
        var random = new Random(seed);
        for (var i = 0; i < gaps.Length; i++)
        {
            gaps[i] = (byte)random.Next(1, maxGap + 1);
        }

        var (appending, putting) = (new Stopwatch(), new Stopwatch());
        long source = 0, stored = 0, allocated = 0;
        for (long done = 0; done < records;)
        {
            var batch = (int)Math.Min(BatchRuns, records - done);
            var before = GC.GetAllocatedBytesForCurrentThread();
            appending.Start();
            for (var i = 0; i < batch; i++)
            {
                source += gaps[i];
                writer.Append(source++, done + i, 1);
            }

            appending.Stop();
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            done += batch;
            var snapshot = writer.Snapshot();
            putting.Start();
            await snapshot.PutAsync(chunks, cancellationToken).ConfigureAwait(false);
            putting.Stop();
            stored += snapshot.Pending.Sum(chunk => (long)chunk.Bytes.Length);
            writer.Confirm(snapshot);
        }

        var state = writer.Snapshot().State;
        stored += state.Tail.Length;
        await PrintAsync(output, $"write: {appending.Elapsed.TotalNanoseconds / records:F1} ns a run; {(double)stored / records:F3} bytes a run, {(double)allocated / records:F3} allocated; {state.SealedChunks} chunks and a tail of {state.Tail.Length} bytes; {putting.Elapsed.TotalSeconds:F2} s to put {stored} bytes").ConfigureAwait(false);
        return state;
    }

    private static async Task<OffsetMap> OpenAsync(DirectoryOffsetMapChunks chunks, OffsetMapState state, long cacheBytes, TextWriter output, CancellationToken cancellationToken)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        var map = await OffsetMap.OpenAsync(chunks, state, new OffsetMapCache(cacheBytes), cancellationToken).ConfigureAwait(false);
        var opened = clock.Elapsed;
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        await PrintAsync(output, $"open: {opened.TotalMilliseconds:F1} ms; {map.Records} records in {map.Runs} runs; {memory} bytes in memory, and at most {cacheBytes} of cache").ConfigureAwait(false);
        return map;
    }

    private static async Task LookUpAsync(OffsetMap map, int lookups, bool clustered, TextWriter output, CancellationToken cancellationToken)
    {
        var random = new Random(2);
        var end = map.SourceEnd!.Value;
        var span = clustered ? Math.Min(end, 1_000_000) : end;
        var ticks = new long[lookups];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < lookups; i++)
        {
            var offset = (end - span) / 2 + random.NextInt64(span);
            var started = Stopwatch.GetTimestamp();
            var found = await map.TranslateAsync(offset, cancellationToken).ConfigureAwait(false);
            ticks[i] = Stopwatch.GetTimestamp() - started;
            if (found.Kind is TranslationKind.Record != (found.SourceOffset == offset))
            {
                throw new InvalidOperationException($"{offset} was translated to {found}");
            }
        }

        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(map);
        Array.Sort(ticks);
        var unit = 1e6 / Stopwatch.Frequency;
        await PrintAsync(output, $"lookup, {(clustered ? "near each other" : "anywhere")}: {ticks.Average() * unit:F2} us on average, {ticks[lookups / 2] * unit:F2} median, {ticks[lookups * 99L / 100] * unit:F2} at 99 %, {ticks[lookups * 999L / 1000] * unit:F2} at 99.9 %, {ticks[^1] * unit:F0} at most; {memory - (ticks.Length * 8L)} bytes more in memory").ConfigureAwait(false);
    }

    private static async Task EnumerateAsync(OffsetMap map, TextWriter output, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        long runs = 0;
        await foreach (var _ in map.RunsAsync(cancellationToken).ConfigureAwait(false))
        {
            runs++;
        }

        await PrintAsync(output, $"enumerate: {clock.Elapsed.TotalNanoseconds / runs:F1} ns a run").ConfigureAwait(false);
    }

    private static async Task ReportAsync(OffsetMap map, string path, OffsetReportFormat format, TextWriter output, CancellationToken cancellationToken)
    {
        var pair = new MapPair(new PartitionName("source", 0), new PartitionName("target", 0));
        var clock = Stopwatch.StartNew();
        await OffsetReportWriter.WriteAsync(path, format, new OffsetReportSummary(), [ReportedMap.Of(pair, map)], cancellationToken).ConfigureAwait(false);
        var written = clock.Elapsed;
        var bytes = new FileInfo(path).Length;
        var peak = Process.GetCurrentProcess().PeakWorkingSet64;
        clock.Restart();
        var reader = OffsetReportReader.Open(path);
        await using (reader.ConfigureAwait(false))
        {
            var chunks = new DirectoryOffsetMapChunks(path + ".map");
            var imported = await OffsetReportImport.ReadAsync(reader, path, _ => chunks, cancellationToken).ConfigureAwait(false);
            if (imported.Maps[0].Map.Records != map.Records)
            {
                throw new InvalidOperationException($"{imported.Maps[0].Map.Records} of {map.Records} records came back");
            }

            await chunks.DeleteAllAsync(cancellationToken).ConfigureAwait(false);
        }

        await PrintAsync(output, $"report {format}: {bytes} bytes, {bytes / written.TotalSeconds / 1e6:F0} MB/s written, {bytes / clock.Elapsed.TotalSeconds / 1e6:F0} MB/s read back; at most {peak >> 20} MiB in the whole process when it was written, {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB when it was read as well").ConfigureAwait(false);
        File.Delete(path);
    }

    private static Task PrintAsync(TextWriter output, FormattableString line) => output.WriteLineAsync(line.ToString(CultureInfo.InvariantCulture));
}
