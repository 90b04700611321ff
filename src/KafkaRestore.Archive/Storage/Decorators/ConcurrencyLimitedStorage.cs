using System.Runtime.CompilerServices;

namespace KafkaRestore.Archive.Storage.Decorators;

/// <summary>
/// Lets at most so many operations run at once; the others wait. A listing counts only while it fetches, not while its consumer works.
/// </summary>
public sealed class ConcurrencyLimitedStorage : ForwardingStorage
{
    private readonly SemaphoreSlim _slots;

    /// <summary>Wraps <paramref name="inner"/>.</summary>
    /// <param name="inner">The storage; disposed with this.</param>
    /// <param name="limit">Operations at once, at least 1.</param>
    public ConcurrencyLimitedStorage(IArchiveStorage inner, int limit)
        : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        _slots = new SemaphoreSlim(limit, limit);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StorageEntry> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var entries = Inner.ListAsync(folder, recursive, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (entries.ConfigureAwait(false))
        {
            while (await InSlotAsync(entries, static e => e.MoveNextAsync(), cancellationToken).ConfigureAwait(false))
            {
                yield return entries.Current;
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken) =>
        InSlotAsync((Inner, key, cancellationToken), static s => s.Inner.StatAsync(s.key, s.cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        InSlotAsync(
            (Inner, key, offset, destination, cancellationToken),
            static s => s.Inner.ReadAsync(s.key, s.offset, s.destination, s.cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken) =>
        InSlotAsync(() => Inner.WriteAsync(key, content, mode, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(string key, CancellationToken cancellationToken) =>
        InSlotAsync(() => Inner.DeleteAsync(key, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        _slots.Dispose();
    }

    private async ValueTask InSlotAsync(Func<ValueTask> operation, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await operation().ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async ValueTask<T> InSlotAsync<TState, T>(TState state, Func<TState, ValueTask<T>> operation, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await operation(state).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }
}
