using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.OffsetMaps.Sets;

/// <summary>The maps of an offset report of any form, read once as a stream into chunks on disk.</summary>
/// <param name="Set">The maps. An entry without pairs or runs is a map of which only the ends are known.</param>
/// <param name="Format">The report's form.</param>
/// <param name="Repeated">Records that the report maps a second time, which were passed over.</param>
/// <param name="Contradictions">Where an entry and its pairs or runs say different things, for people; empty in a sound report.</param>
public sealed record ReportMaps(OffsetMapSet Set, OffsetReportFormat Format, long Repeated, IReadOnlyList<string> Contradictions) : IDisposable
{
    /// <summary>Reads a report.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="RestoreException">STORAGE_UNAVAILABLE, STORAGE_DENIED: the file. STATE_CORRUPT with the place: it is no report, or a damaged one. DISK_FULL.</exception>
    public static async Task<ReportMaps> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var reader = OffsetReportReader.Open(path);
        await using var opened = reader.ConfigureAwait(false);
        var chunks = new TemporaryChunks();
        try
        {
            var report = await OffsetReportImport.ReadAsync(reader, path, _ => chunks.Next(), cancellationToken).ConfigureAwait(false);
            var contradictions = new List<string>();
            var set = new OffsetMapSet(path, report.Summary, Join(report, contradictions), chunks);
            RefuseNameless(set);
            return new ReportMaps(set, reader.Format, report.Maps.Sum(map => map.Repeated), contradictions);
        }
        catch
        {
            chunks.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Set.Dispose();

    private static List<StoredMap> Join(ImportedReport report, List<string> contradictions)
    {
        var entries = new Dictionary<MapPair, OffsetReportEntry>();
        foreach (var entry in report.Summary.Entries)
        {
            entries[entry.Pair] = entry;
        }

        var maps = new List<StoredMap>(report.Maps.Count);
        foreach (var (pair, map, _, _) in report.Maps)
        {
            entries.Remove(pair, out var entry);
            var ends = Ends(pair, map, entry);
            if (entry is not null && Differs(entry, ends))
            {
                contradictions.Add($"{pair}: the entry says source offsets {entry.SourceFirstOffset}-{entry.SourceLastOffset} and target offsets {entry.TargetFirstOffset}-{entry.TargetLastOffset}; " +
                    $"the mapping has {ends.SourceFirstOffset}-{ends.SourceLastOffset} and {ends.TargetFirstOffset}-{ends.TargetLastOffset}");
            }

            maps.Add(new StoredMap(pair, ends, _ => Task.FromResult(map)));
        }

        // What only an entry tells: the ends where something was written, else nothing.
        maps.AddRange(entries.Values.Select(entry => new StoredMap(entry.Pair, entry is { TargetFirstOffset: null } or { TargetLastOffset: null } ? null : entry, null)));
        return maps;
    }

    private static void RefuseNameless(OffsetMapSet set)
    {
        var target = set.Maps.GroupBy(map => map.Pair.Target).FirstOrDefault(maps => maps.Count() > 1 && maps.Any(map => map.Pair.Source is null));
        if (target is not null)
        {
            throw new RestoreException(ErrorCodes.StateCorrupt, $"the offset report has several mappings into {target.Key}, and one does not say from where", set.Where);
        }
    }

    private static OffsetReportEntry Ends(MapPair pair, OffsetMap map, OffsetReportEntry? entry) => new()
    {
        Pair = pair,
        SourceFirstOffset = map.FirstSource!.Value,
        SourceLastOffset = map.SourceEnd!.Value - 1,
        TargetFirstOffset = map.FirstTarget,
        TargetLastOffset = map.TargetEnd - 1,
        FirstTimestamp = entry?.FirstTimestamp ?? TimedRun.NoTimestamp,
        LastTimestamp = entry?.LastTimestamp ?? TimedRun.NoTimestamp,
    };

    private static bool Differs(OffsetReportEntry entry, OffsetReportEntry mapped) =>
        entry.SourceFirstOffset != mapped.SourceFirstOffset || entry.SourceLastOffset != mapped.SourceLastOffset ||
        entry.TargetFirstOffset != mapped.TargetFirstOffset || entry.TargetLastOffset != mapped.TargetLastOffset;
}
