namespace KafkaRestore.Kafka.Wire.Connections;

/// <summary>Tries candidates in turn without letting a silent one hold up the others.</summary>
internal static class StaggeredRace
{
    /// <summary>
    /// The first success. The next attempt begins when one fails or has had no result for <paramref name="patience"/>, while that one goes on. When one
    /// has won, the others are cancelled; what they bring nevertheless goes to <paramref name="discard"/>.
    /// </summary>
    /// <exception cref="AggregateException">All failed; their exceptions in the order in which they failed.</exception>
    public static async Task<T> FirstAsync<TCandidate, T>(
        IReadOnlyList<TCandidate> candidates,
        Func<TCandidate, CancellationToken, Task<T>> attempt,
        TimeSpan patience,
        TimeProvider time,
        Func<T, ValueTask>? discard,
        CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<T>>();
        var failures = new List<Exception>();
        try
        {
            for (var next = 0; next < candidates.Count || running.Count > 0;)
            {
                if (next < candidates.Count)
                {
                    running.Add(attempt(candidates[next++], over.Token));
                }

                await FirstEndAsync(running, next < candidates.Count ? patience : Timeout.InfiniteTimeSpan, time).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (running.Find(task => task.IsCompletedSuccessfully) is { } winner)
                {
                    running.Remove(winner);
                    return await winner.ConfigureAwait(false);
                }

                failures.AddRange(running.Where(task => task.IsCompleted).Select(Reason));
                running.RemoveAll(task => task.IsCompleted);
            }

            throw new AggregateException(failures);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            foreach (var loser in running)
            {
                _ = DropAsync(loser, discard);
            }
        }
    }

    private static async Task FirstEndAsync<T>(List<Task<T>> running, TimeSpan patience, TimeProvider time)
    {
        using var ended = new CancellationTokenSource();
        await Task.WhenAny([.. running, Task.Delay(patience, time, ended.Token)]).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
    }

    private static Exception Reason(Task task) => task.Exception?.InnerException ?? new OperationCanceledException();

    private static async Task DropAsync<T>(Task<T> loser, Func<T, ValueTask>? discard)
    {
        await ((Task)loser).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (loser.IsCompletedSuccessfully && discard is not null)
        {
            await discard(await loser.ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}
