namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>A run with the timestamps of its first and last record, as reports have them.</summary>
/// <param name="Run">The run.</param>
/// <param name="FirstTimestamp">Of the first record, epoch milliseconds; -1 when it is not known.</param>
/// <param name="LastTimestamp">Of the last record, epoch milliseconds; -1 when it is not known.</param>
public readonly record struct TimedRun(OffsetRun Run, long FirstTimestamp, long LastTimestamp)
{
    /// <summary>The timestamp that stands for none.</summary>
    public const long NoTimestamp = -1;

    /// <summary>A run whose timestamps nobody knows.</summary>
    public static TimedRun Untimed(OffsetRun run) => new(run, NoTimestamp, NoTimestamp);

    /// <summary>Makes this and the next one run, when the next continues this on both axes.</summary>
    public bool TryMerge(TimedRun next, out TimedRun merged)
    {
        merged = new TimedRun(Run with { Length = Run.Length + next.Run.Length }, FirstTimestamp, next.LastTimestamp);
        return next.Run.Source == Run.SourceEnd && next.Run.Target == Run.TargetEnd;
    }
}

/// <summary>A run of a report that is being read.</summary>
/// <param name="Mapping">Which mapping of the report it belongs to; see <see cref="OffsetReportReader.PairOf"/>.</param>
/// <param name="Timed">The run.</param>
public readonly record struct ReportedRun(string Mapping, TimedRun Timed);

/// <summary>A map that is to be written into a report.</summary>
/// <param name="Pair">From where to where.</param>
/// <param name="Runs">Its runs in order; enumerated once.</param>
public sealed record ReportedMap(MapPair Pair, IAsyncEnumerable<TimedRun> Runs)
{
    /// <summary>All of a map, without timestamps: the map has none.</summary>
    public static ReportedMap Of(MapPair pair, OffsetMap map)
    {
        return new ReportedMap(pair, RunsAsync(map));

        static async IAsyncEnumerable<TimedRun> RunsAsync(OffsetMap map, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var run in map.RunsAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return TimedRun.Untimed(run);
            }
        }
    }
}
