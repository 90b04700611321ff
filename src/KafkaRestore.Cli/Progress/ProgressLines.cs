using KafkaRestore.Engine.Running;

namespace KafkaRestore.Cli.Progress;

/// <summary>Progress where nothing can move: a line at the start, every ten seconds, and at the end.</summary>
internal static class ProgressLines
{
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(1);
    private const int SamplesPerLine = 10;

    /// <summary>Reports while <paramref name="run"/> runs.</summary>
    public static async Task<T> DuringAsync<T>(Task<T> run, RestoreProgress progress, ConsoleLog log, TimeProvider time)
    {
        var view = new ProgressView(progress, time);
        var samples = 0;
        view.Sample();
        log.Message(view.Opening());
        var result = await Ticker.DuringAsync(
            run,
            Sampling,
            () =>
            {
                view.Sample();
                view.TellNews(log);
                if (++samples % SamplesPerLine == 0)
                {
                    log.Message($"{view.Summary()}  {view.Lanes()}");
                    if (view.Silent() is { } silent)
                    {
                        log.Warning(silent);
                    }
                }
            },
            time).ConfigureAwait(false);
        view.Sample();
        view.TellNews(log);
        log.Message($"{view.Summary()}  {view.Lanes()}");
        return result;
    }
}
