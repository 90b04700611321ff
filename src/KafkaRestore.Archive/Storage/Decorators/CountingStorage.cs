using System.Runtime.CompilerServices;

namespace KafkaRestore.Archive.Storage.Decorators;

/// <summary>Counts what goes through, for reports and metrics.</summary>
public sealed class CountingStorage : ForwardingStorage
{
    private readonly TimeProvider _time;

    /// <summary>Wraps <paramref name="inner"/>.</summary>
    /// <param name="inner">The storage; disposed with this.</param>
    /// <param name="time">The clock of latencies; null is the system's.</param>
    /// <param name="counters">Counts; may be shared by several storages. Null: counters of its own.</param>
    public CountingStorage(IArchiveStorage inner, TimeProvider? time = null, StorageCounters? counters = null)
        : base(inner)
    {
        _time = time ?? TimeProvider.System;
        Counters = counters ?? new StorageCounters();
    }

    /// <summary>The counters.</summary>
    public StorageCounters Counters { get; }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StorageEntry> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var busy = TimeSpan.Zero;
        var entries = Inner.ListAsync(folder, recursive, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (true)
            {
                var started = _time.GetTimestamp();
                bool more;
                try
                {
                    more = await entries.MoveNextAsync().ConfigureAwait(false);
                }
                catch (Exception error) when (IsFailure(error))
                {
                    Counters.AddError();
                    throw;
                }
                finally
                {
                    busy += _time.GetElapsedTime(started);
                }

                if (!more)
                {
                    break;
                }

                yield return entries.Current;
            }
        }
        finally
        {
            Counters.AddRequest(busy);
            await entries.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken) =>
        CountAsync(() => Inner.StatAsync(key, cancellationToken));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await CountAsync(() => Inner.ReadAsync(key, offset, destination, cancellationToken)).ConfigureAwait(false);
        Counters.AddRead(read);
        return read;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken)
    {
        await CountAsync(async () =>
        {
            await Inner.WriteAsync(key, content, mode, cancellationToken).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
        Counters.AddWritten(content.Length);
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(string key, CancellationToken cancellationToken) =>
        await CountAsync(async () =>
        {
            await Inner.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);

    private static bool IsFailure(Exception error) => error is not OperationCanceledException;

    private async ValueTask<T> CountAsync<T>(Func<ValueTask<T>> operation)
    {
        var started = _time.GetTimestamp();
        try
        {
            return await operation().ConfigureAwait(false);
        }
        catch (Exception error) when (IsFailure(error))
        {
            Counters.AddError();
            throw;
        }
        finally
        {
            Counters.AddRequest(_time.GetElapsedTime(started));
        }
    }
}
