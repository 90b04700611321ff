using System.IO.Compression;
using System.Text;
using KafkaRestore.Engine.OffsetMaps.Reports;

namespace KafkaRestore.Engine.Tests.OffsetMaps.Reports;

/// <summary>Reports in memory, and those of the existing programs.</summary>
internal static class ReportFiles
{
    /// <summary>A report that kafka-backup of this version wrote.</summary>
    public static byte[] Golden(string version)
    {
        var path = Path.Combine(KafkaRestore.Testing.Golden.RepositoryRoot(), "tests", "KafkaRestore.Engine.Tests", "OffsetMaps", "Golden", $"offset-report-{version}.json.gz");
        using var unpacked = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }

    public static OffsetReportReader Open(byte[] report, OffsetReportLimits? limits = null) => new(new MemoryStream(report), "report", limits);

    public static OffsetReportReader Open(string report, OffsetReportLimits? limits = null) => Open(Encoding.UTF8.GetBytes(report), limits);

    public static async Task<ImportedReport> ImportAsync(byte[] report) => await OffsetReportImport.ReadAsync(Open(report), "report", null, default);

    public static Task<ImportedReport> ImportAsync(string report) => ImportAsync(Encoding.UTF8.GetBytes(report));

    public static async Task<(OffsetReportSummary Summary, List<(MapPair Pair, TimedRun Run)> Runs)> ReadAsync(byte[] report, OffsetReportLimits? limits = null)
    {
        await using var reader = Open(report, limits);
        var runs = new List<ReportedRun>();
        await foreach (var run in reader.ReadRunsAsync(default))
        {
            runs.Add(run);
        }

        return (reader.Summary, [.. runs.Select(run => (reader.PairOf(run.Mapping), run.Timed))]);
    }

    public static async Task<byte[]> WriteAsync(OffsetReportFormat format, OffsetReportSummary summary, params ReportedMap[] maps)
    {
        using var bytes = new MemoryStream();
        await OffsetReportWriter.WriteAsync(bytes, format, summary, maps, default);
        return bytes.ToArray();
    }

    public static async Task<string> TextAsync(OffsetReportFormat format, OffsetReportSummary summary, params ReportedMap[] maps) =>
        Encoding.UTF8.GetString(await WriteAsync(format, summary, maps));

    public static ReportedMap Map(MapPair pair, params IEnumerable<TimedRun> runs) => new(pair, Stream(runs));

    public static MapPair Pair(string target, int partition, string? source = null) =>
        new(source is null ? null : new PartitionName(source, partition), new PartitionName(target, partition));

    private static async IAsyncEnumerable<TimedRun> Stream(IEnumerable<TimedRun> runs)
    {
        await Task.CompletedTask;
        foreach (var run in runs)
        {
            yield return run;
        }
    }
}
