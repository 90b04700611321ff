
namespace KafkaRestore.Jobs.Progress;

/// <summary>Progress of a long reading command: one line that is written again on a terminal, else a line every ten seconds.</summary>
internal static class StatusLine
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Shows <paramref name="status"/> while <paramref name="work"/> runs.</summary>
    public static async Task<T> DuringAsync<T>(Task<T> work, Func<string> status, ConsoleLog log, TimeProvider time)
    {
        if (!log.Style.Moving)
        {
            return await Ticker.DuringAsync(work, Interval, () => log.Message(status()), time).ConfigureAwait(false);
        }

        try
        {
            return await Ticker.DuringAsync(work, Redraw, () => log.Transient(status()), time).ConfigureAwait(false);
        }
        finally
        {
            log.Transient("");
        }
    }
}
