namespace KafkaRestore.Kafka.Client;

/// <summary>Runs the client's blocking calls on threads of their own: the thread pool stays free for those who do not block.</summary>
internal static class BlockingCall
{
    /// <summary>Runs <paramref name="call"/>. Cancelling gives up waiting at once; the call itself ends with its own time-out.</summary>
    internal static Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default)
            .WaitAsync(cancellationToken);
}
