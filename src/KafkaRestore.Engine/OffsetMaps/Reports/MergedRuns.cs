using System.Runtime.CompilerServices;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>Joins runs that continue each other, as a report read pair by pair gives them.</summary>
internal static class MergedRuns
{
    /// <summary>The same records in as few runs as possible.</summary>
    public static async IAsyncEnumerable<TimedRun> Of(IAsyncEnumerable<TimedRun> runs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TimedRun? open = null;
        await foreach (var run in runs.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (open is not { } last)
            {
                open = run;
            }
            else if (last.TryMerge(run, out var merged))
            {
                open = merged;
            }
            else
            {
                yield return last;
                open = run;
            }
        }

        if (open is { } rest)
        {
            yield return rest;
        }
    }
}
