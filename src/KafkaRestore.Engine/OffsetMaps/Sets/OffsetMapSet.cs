using System.Runtime.CompilerServices;
using KafkaRestore.Engine.OffsetMaps.Reports;

namespace KafkaRestore.Engine.OffsetMaps.Sets;

/// <summary>All maps of one origin: a job's state, an offset report, or a target that was read. Thread-safe; dispose it to remove what it keeps on disk for itself.</summary>
public sealed class OffsetMapSet : IDisposable
{
    private readonly IDisposable? _storage;

    /// <summary>Puts a set together.</summary>
    /// <param name="where">The origin, for people.</param>
    /// <param name="about">What is known beside the maps; its entries are not looked at.</param>
    /// <param name="maps">The maps.</param>
    /// <param name="storage">What ends with the set; null for nothing.</param>
    public OffsetMapSet(string where, OffsetReportSummary about, IReadOnlyList<StoredMap> maps, IDisposable? storage = null)
    {
        _storage = storage;
        Where = where;
        About = about;
        Maps = [.. maps
            .OrderBy(map => map.Pair.Target.Topic, StringComparer.Ordinal).ThenBy(map => map.Pair.Target.Partition)
            .ThenBy(map => map.AskedAs.Topic, StringComparer.Ordinal).ThenBy(map => map.AskedAs.Partition)];
    }

    /// <summary>The origin, for people: a file or folder, or a cluster.</summary>
    public string Where { get; }

    /// <summary>What is known beside the maps: clusters, groups, when it was made.</summary>
    public OffsetReportSummary About { get; }

    /// <summary>The maps by target, then source; those without a record included.</summary>
    public IReadOnlyList<StoredMap> Maps { get; }

    /// <summary>Whether no record is mapped at all.</summary>
    public bool IsEmpty => Maps.All(map => map.Ends is null);

    /// <summary>What a report of this set says beside its runs.</summary>
    /// <param name="createdAt">When the report is made, epoch milliseconds.</param>
    public OffsetReportSummary Summarise(long createdAt) =>
        About with { Entries = [.. Maps.Where(map => map.Ends is not null).Select(map => map.Ends!)], CreatedAt = createdAt };

    /// <summary>The maps as a report takes them: each is opened when its turn comes, and ends where its entry says.</summary>
    public IReadOnlyList<ReportedMap> Report() =>
        [.. Maps.Where(map => map is { Ends: not null, HasRuns: true }).Select(map => new ReportedMap(map.Pair, RunsAsync(map)))];

    /// <inheritdoc/>
    public void Dispose() => _storage?.Dispose();

    private static async IAsyncEnumerable<TimedRun> RunsAsync(StoredMap stored, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (first, last) = (stored.Ends!.SourceFirstOffset, stored.Ends.SourceLastOffset);
        var map = await stored.OpenAsync(cancellationToken).ConfigureAwait(false);
        var reached = -1L;
        await foreach (var whole in map.RunsAsync(cancellationToken).ConfigureAwait(false))
        {
            // A restore that is running may have mapped more since its ends were read.
            if (whole.Source > last)
            {
                break;
            }

            var run = whole.SourceEnd <= last + 1 ? whole : whole with { Length = last + 1 - whole.Source };
            reached = run.SourceEnd - 1;
            yield return new TimedRun(
                run,
                run.Source == first ? stored.Ends.FirstTimestamp : TimedRun.NoTimestamp,
                reached == last ? stored.Ends.LastTimestamp : TimedRun.NoTimestamp);
        }

        if (reached != last)
        {
            throw OffsetMapDamage.Corrupt(stored.Pair.ToString(), $"it ends with source offset {reached}, and what was noted beside it says {last}");
        }
    }
}
