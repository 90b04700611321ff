using KafkaRestore.Engine.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>Writes offset reports, run by run: memory does not grow with the records.</summary>
public static class OffsetReportWriter
{
    /// <summary>Writes a file, as a whole or not at all; one that was there is replaced.</summary>
    /// <exception cref="RestoreException">OUTPUT_NOT_WRITTEN, and the old file is still there; or what reading the maps throws.</exception>
    /// <exception cref="ArgumentException">Two maps have the same pair, or lead to one target without saying from where.</exception>
    public static async Task WriteAsync(string path, OffsetReportFormat format, OffsetReportSummary summary, IReadOnlyList<ReportedMap> maps, CancellationToken cancellationToken)
    {
        path = Path.GetFullPath(path);
        try
        {
            await AtomicFile.WriteAsync(path, file => WriteAsync(file, format, summary, maps, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.OutputNotWritten, $"the offset report could not be written: {failure.Message}", path, inner: failure);
        }
    }

    /// <summary>Writes to a stream, which stays open.</summary>
    /// <exception cref="ArgumentException">Two maps have the same pair, or lead to one target without saying from where.</exception>
    public static async Task WriteAsync(Stream stream, OffsetReportFormat format, OffsetReportSummary summary, IReadOnlyList<ReportedMap> maps, CancellationToken cancellationToken)
    {
        var keys = new ReportKeys(summary.Entries.Select(entry => entry.Pair).Concat(maps.Select(map => map.Pair)));
        CheckPairs(maps);
        if (format == OffsetReportFormat.Csv)
        {
            await CsvReportWriter.WriteAsync(stream, maps, cancellationToken).ConfigureAwait(false);
            return;
        }

        var writer = new JsonReportWriter(stream, keys, format == OffsetReportFormat.JsonRuns);
        await using (writer.ConfigureAwait(false))
        {
            await writer.WriteAsync(summary, maps, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void CheckPairs(IReadOnlyList<ReportedMap> maps)
    {
        var pairs = new HashSet<MapPair>();
        foreach (var map in maps)
        {
            if (!pairs.Add(map.Pair))
            {
                throw new ArgumentException($"two maps lead to {map.Pair}");
            }
        }
    }
}
