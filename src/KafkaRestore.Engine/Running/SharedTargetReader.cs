using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Running;

/// <summary>A reader of the target for all lanes of a run, opened when the first one needs it.</summary>
internal sealed class SharedTargetReader(KafkaConnectionOptions connection, long budgetBytes, TimeProvider time) : IAsyncDisposable
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
            return _reader ??= await TargetReaders.OpenAsync(connection, new MemoryBudget(budgetBytes), time: time, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _reader?.DisposeAsync() ?? ValueTask.CompletedTask;
}
