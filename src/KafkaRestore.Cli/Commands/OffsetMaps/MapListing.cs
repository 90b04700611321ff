using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary>What maps there are.</summary>
/// <param name="Where">Where they come from.</param>
/// <param name="TargetClusterId">The target's cluster id; null when it is not known.</param>
/// <param name="Records">Records of all maps.</param>
/// <param name="Maps">Each map.</param>
internal sealed record MapListing(string Where, string? TargetClusterId, long Records, IReadOnlyList<MapRow> Maps)
{
    /// <summary>Opens every map once, one after the other.</summary>
    /// <exception cref="RestoreException">A map cannot be read.</exception>
    public static async Task<MapListing> OfAsync(OffsetMapSet set, CancellationToken stop)
    {
        var rows = new List<MapRow>(set.Maps.Count);
        foreach (var map in set.Maps)
        {
            var opened = map is { HasRuns: true, Ends: not null } ? await map.OpenAsync(stop).ConfigureAwait(false) : null;
            rows.Add(new MapRow
            {
                SourceTopic = map.Pair.Source?.Topic,
                SourcePartition = map.Pair.Source?.Partition,
                TargetTopic = map.Pair.Target.Topic,
                TargetPartition = map.Pair.Target.Partition,
                Records = opened?.Records ?? (map.Ends is null ? 0 : null),
                Runs = opened?.Runs ?? (map.Ends is null ? 0 : null),
                SourceFirstOffset = map.Ends?.SourceFirstOffset,
                SourceLastOffset = opened?.SourceEnd - 1 ?? map.Ends?.SourceLastOffset,
                TargetFirstOffset = map.Ends?.TargetFirstOffset,
                TargetLastOffset = opened?.TargetEnd - 1 ?? map.Ends?.TargetLastOffset,
                StoredBytes = opened?.StoredBytes ?? 0,
            });
        }

        return new MapListing(set.Where, set.About.TargetClusterId, rows.Sum(row => row.Records ?? 0), rows);
    }
}

/// <summary>One map. What is not known, or is not there because no record is mapped, is null.</summary>
internal sealed record MapRow
{
    /// <summary>Source topic; null where a report does not name it (version 1).</summary>
    public required string? SourceTopic { get; init; }

    /// <summary>Source partition; null likewise.</summary>
    public required int? SourcePartition { get; init; }

    /// <summary>Target topic.</summary>
    public required string TargetTopic { get; init; }

    /// <summary>Target partition.</summary>
    public required int TargetPartition { get; init; }

    /// <summary>Mapped records; null when only the ends are known.</summary>
    public required long? Records { get; init; }

    /// <summary>Runs of consecutive offsets; null when only the ends are known.</summary>
    public required long? Runs { get; init; }

    /// <summary>First source offset.</summary>
    public required long? SourceFirstOffset { get; init; }

    /// <summary>Last source offset.</summary>
    public required long? SourceLastOffset { get; init; }

    /// <summary>First target offset.</summary>
    public required long? TargetFirstOffset { get; init; }

    /// <summary>Last target offset.</summary>
    public required long? TargetLastOffset { get; init; }

    /// <summary>Bytes of the map as it is kept.</summary>
    public required long StoredBytes { get; init; }
}
