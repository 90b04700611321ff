namespace KafkaRestore.Jobs.Progress;

/// <summary>Does something at regular times while work runs.</summary>
internal static class Ticker
{
    /// <summary>Runs <paramref name="work"/>, and <paramref name="tick"/> every <paramref name="interval"/> until it ends.</summary>
    public static async Task<T> DuringAsync<T>(Task<T> work, TimeSpan interval, Action tick, TimeProvider time)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (true)
        {
            var next = timer.WaitForNextTickAsync().AsTask();
            if (await Task.WhenAny(work, next).ConfigureAwait(false) == work)
            {
                return await work.ConfigureAwait(false);
            }

            tick();
        }
    }
}
