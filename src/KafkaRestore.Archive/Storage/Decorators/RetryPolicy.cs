using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.Decorators;

/// <summary>How <see cref="RetryingStorage"/> retries.</summary>
public sealed record RetryPolicy
{
    /// <summary>The longest wait before the first retry; doubles with each further one. Above zero.</summary>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait between two attempts; at least <see cref="InitialDelay"/>.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one operation may go without progress before its failure is final. Zero: no retry.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The same until the storage has answered for the first time: a wrong endpoint is a mistake more often than an outage.
    /// </summary>
    public TimeSpan FirstContactDeadline { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Told of each failure that is going to be retried, so that waiting is visible; called on any thread. Null: nobody.</summary>
    public Action<StorageRetry>? Notify { get; init; }
}

/// <summary>One failure that is going to be retried.</summary>
/// <param name="Attempt">Which attempt failed, from 1; restarts with progress.</param>
/// <param name="Delay">How long until the next one.</param>
/// <param name="Failure">What happened.</param>
public sealed record StorageRetry(int Attempt, TimeSpan Delay, RestoreException Failure);
