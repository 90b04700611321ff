using System.Globalization;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.Decorators;

/// <summary>The attempts of one operation: how many there were, since when, and how long to wait for the next.</summary>
internal sealed class RetrySession(RetryPolicy policy, TimeProvider time)
{
    private long _started = time.GetTimestamp();

    /// <summary>Failures since the last progress.</summary>
    public int Failures { get; private set; }

    /// <summary>Something was achieved: deadline and delays start again.</summary>
    public void Progress()
    {
        Failures = 0;
        _started = time.GetTimestamp();
    }

    /// <summary>
    /// Waits before the next attempt, or throws because <paramref name="deadline"/>, counted from the start or the last progress,
    /// would be passed.
    /// </summary>
    public async ValueTask WaitAsync(RestoreException failure, TimeSpan deadline, CancellationToken cancellationToken)
    {
        Failures++;
        var delay = NextDelay();
        var elapsed = time.GetElapsedTime(_started);
        if (elapsed + delay > deadline)
        {
            throw Final(failure, elapsed);
        }

        policy.Notify?.Invoke(new StorageRetry(Failures, delay, failure));
        await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Between half and all of the exponential delay, so that many who failed together do not come back together.</summary>
    private TimeSpan NextDelay()
    {
        var full = policy.InitialDelay.TotalMilliseconds * Math.Pow(2, Math.Min(Failures - 1, 30));
        full = Math.Min(full, policy.MaxDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Ceiling(full * (0.5 + (Random.Shared.NextDouble() / 2))));
    }

    private RestoreException Final(RestoreException failure, TimeSpan elapsed)
    {
        var effort = string.Create(
            CultureInfo.InvariantCulture, $"{failure.Message} (gave up after {Failures} attempts in {elapsed.TotalSeconds:0.#} s)");
        return Failures == 1 ? failure : new RestoreException(failure.Code, effort, failure.Where, failure.Hint, failure);
    }
}
