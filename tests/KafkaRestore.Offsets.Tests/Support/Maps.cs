using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.OffsetMaps.Storage;
using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Tests.Support;

/// <summary>Offset maps and groups in memory.</summary>
internal static class Maps
{
    public static PartitionName Partition(string name) => PartitionName.TryParse(name, out var partition) ? partition : throw new ArgumentException(name);

    public static OffsetMapSet Set(params StoredMap[] maps) => new("memory", new OffsetReportSummary(), maps);

    /// <summary>A map with runs; none: no record was restored.</summary>
    public static async Task<StoredMap> MapAsync(string source, string target, params OffsetRun[] runs)
    {
        var pair = new MapPair(Partition(source), Partition(target));
        if (runs.Length == 0)
        {
            return new StoredMap(pair, null, null);
        }

        var writer = new OffsetMapWriter();
        foreach (var run in runs)
        {
            writer.Append(run);
        }

        var chunks = new InMemoryOffsetMapChunks();
        var snapshot = writer.Snapshot();
        await snapshot.PutAsync(chunks, default);
        var map = await OffsetMap.OpenAsync(chunks, snapshot.State, null, default);
        return new StoredMap(pair, new OffsetReportEntry
        {
            Pair = pair,
            SourceFirstOffset = runs[0].Source,
            SourceLastOffset = runs[^1].SourceEnd - 1,
            TargetFirstOffset = runs[0].Target,
            TargetLastOffset = runs[^1].Target + runs[^1].Length - 1,
            FirstTimestamp = -1,
            LastTimestamp = -1,
        }, _ => Task.FromResult(map));
    }

    public static SourceGroup Group(string name, params (string Partition, long Offset)[] commits) =>
        new(name, [.. commits.Select(commit => new SourceCommit(Partition(commit.Partition), commit.Offset))]);

    public static SourceGroups From(params SourceGroup[] groups) => new("memory", DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000), groups);
}
