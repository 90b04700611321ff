namespace KafkaRestore.Archive.Storage.S3;

/// <summary>Cancels a request that makes no progress for too long; the caller's own cancellation goes through it too.</summary>
internal sealed class IdleTimer : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly TimeSpan _limit;

    public IdleTimer(TimeSpan limit, CancellationToken caller)
    {
        _limit = limit;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        Restart();
    }

    /// <summary>Cancelled by the caller or by time.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>There was progress.</summary>
    public void Restart() => _source.CancelAfter(_limit);

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
