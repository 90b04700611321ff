using KafkaRestore.Engine.OffsetMaps.Reports;

namespace KafkaRestore.Engine.OffsetMaps.Sets;

/// <summary>A map that can be opened when it is needed: holding it costs its names and ends, not its chunks.</summary>
/// <param name="pair">From where to where.</param>
/// <param name="ends">Its first and last offsets and times; null when no record is mapped.</param>
/// <param name="open">Opens it; null when only its ends are known, as in a report without pairs or runs.</param>
public sealed class StoredMap(MapPair pair, OffsetReportEntry? ends, Func<CancellationToken, Task<OffsetMap>>? open)
{
    /// <summary>From where to where.</summary>
    public MapPair Pair => pair;

    /// <summary>What the source is asked by: the target's name where a report does not name the source (version 1).</summary>
    public PartitionName AskedAs => pair.Source ?? pair.Target;

    /// <summary>First and last offsets and times; null when no record is mapped.</summary>
    public OffsetReportEntry? Ends => ends;

    /// <summary>Whether every record is mapped, not only the first and the last one.</summary>
    public bool HasRuns => open is not null;

    /// <summary>Opens the map.</summary>
    /// <exception cref="Records.Errors.RestoreException">STATE_CORRUPT, or the storage's failure.</exception>
    /// <exception cref="InvalidOperationException">There are no runs, see <see cref="HasRuns"/>.</exception>
    public Task<OffsetMap> OpenAsync(CancellationToken cancellationToken) =>
        open?.Invoke(cancellationToken) ?? throw new InvalidOperationException($"only the ends of {pair} are known");
}
