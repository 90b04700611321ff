using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Commands.OffsetMaps;

/// <summary>A restore of one partition with gaps in its offsets, as compaction leaves them, into a topic of its own.</summary>
internal sealed class GappedRestore : IDisposable
{
    public const int Records = 6_000;
    private const string Backup = "gapped";
    private const string Source = "orders";
    private readonly KafkaBroker _broker;

    private GappedRestore(KafkaBroker broker, string topic)
    {
        _broker = broker;
        Topic = topic;
    }

    public Scratch Scratch { get; } = new();

    public string Topic { get; }

    public string Config { get; private set; } = "";

    public string StateFile => Scratch.PathOf("state.json");

    public string Report => Scratch.PathOf("offsets.json");

    /// <summary>Ten offsets with a record, then five without, from 100 on.</summary>
    public static long OffsetOf(int record) => 100 + record + (record / 10 * 5L);

    public static async Task<GappedRestore> CreateAsync(string restore = "")
    {
        var broker = await KafkaBroker.SharedAsync();
        var job = new GappedRestore(broker, await broker.CreateTopicAsync());
        var archive = new ArchiveBuilder(Backup);
        foreach (var segment in Enumerable.Range(0, Records).Chunk(1_000))
        {
            archive.Segment(Source, 0, SegmentCompression.Zstd, segment.Select(record => TestRecords.Record(
                OffsetOf(record), TestRecords.SomeTime + record, KeyOf(OffsetOf(record)), TestRecords.Bytes(40, record))));
        }

        var folder = Directory.CreateDirectory(job.Scratch.PathOf("storage")).FullName;
        await using var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = folder });
        await archive.WriteAsync(storage);
        job.Configure(restore);
        return job;
    }

    public void Configure(string restore) => Config = Scratch.Configuration(
        Backup,
        _broker.BootstrapServers,
        $"topic_mapping: {{{Source}: {Topic}}}\ncheckpoint_state: {StateFile}\ncheckpoint_interval_secs: 1\noffset_report: {Report}\n{restore}",
        storage: Scratch.PathOf("storage"));

    public Task<CliResult> RestoreAsync(params string[] flags) => CliProgram.RunAsync(["restore", "--config", Config, .. flags]);

    public static Task<CliResult> MapAsync(params string[] arguments) => CliProgram.RunAsync(["offset-map", .. arguments]);

    /// <summary>Waits until the target holds so many records, and gives how many it does hold.</summary>
    public async Task<int> UntilAsync(int records)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            var held = (await ReadAsync()).Count;
            if (held >= records)
            {
                return held;
            }

            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), $"{held} of {records} records arrived in {Topic}");
        }
    }

    /// <summary>Waits until the job's saved progress counts a record.</summary>
    public async Task UntilSavedAsync()
    {
        var patience = Stopwatch.StartNew();
        var checkpoint = Path.Combine(StateFile + ".d", "run-1", "lanes", "0.ckpt");
        while (!System.Text.RegularExpressions.Regex.IsMatch(ReadOrNothing(checkpoint), "\"records\": [1-9]"))
        {
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), $"no progress was saved in {checkpoint}");
            await Task.Yield();
        }

        static string ReadOrNothing(string path)
        {
            try
            {
                return File.ReadAllText(path);
            }
            catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
            {
                // Not yet, or just being replaced.
                return "";
            }
        }
    }

    public Task<IReadOnlyList<ConsumedRecord>> ReadAsync() => _broker.ReadAsync(Topic);

    /// <summary>Where the target itself has the first record at or after a source offset, by the key that names it; the end where there is none.</summary>
    public static long FirstAtOrAfter(IReadOnlyList<ConsumedRecord> log, long offset)
    {
        var record = Enumerable.Range(0, Records).Select(OffsetOf).FirstOrDefault(candidate => candidate >= offset, -1);
        return record < 0 ? log[^1].Offset + 1 : log.Single(found => found.Key!.AsSpan().SequenceEqual(KeyOf(record))).Offset;
    }

    /// <summary>The pairs of a report of version 1.</summary>
    public List<(long Source, long Target)> Pairs(string path)
    {
        var json = JsonShape.Parse(File.ReadAllText(path));
        Assert.False(json.TryGetProperty("format_version", out _));
        return [.. json.GetProperty("detailed_mappings").GetProperty($"{Topic}/0").EnumerateArray()
            .Select(pair => (pair.GetProperty("source_offset").GetInt64(), pair.GetProperty("target_offset").GetInt64()))];
    }

    public JsonElement ReadReport() => JsonShape.Parse(File.ReadAllText(Report));

    public void Dispose() => Scratch.Dispose();

    private static byte[] KeyOf(long offset) => Encoding.ASCII.GetBytes(offset.ToString(CultureInfo.InvariantCulture));
}
