using KafkaRestore.Kafka.Reading;

namespace KafkaRestore.Engine.Running;

/// <summary>A reader of the target for all lanes of a run, opened when the first one needs it.</summary>
internal sealed class SharedTargetReader(Func<CancellationToken, Task<ITargetReader>> open) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private ITargetReader? _reader;

    /// <summary>The reader.</summary>
    /// <exception cref="Records.Errors.RestoreException">TARGET_UNREACHABLE, TARGET_DENIED and the other failures of connecting.</exception>
    public async Task<ITargetReader> OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _reader ??= await open(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _reader?.DisposeAsync() ?? ValueTask.CompletedTask;
}
