using System.Runtime.CompilerServices;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.Decorators;

/// <summary>
/// Repeats what failed with STORAGE_UNAVAILABLE, and nothing else, with growing, jittered waits until a deadline that restarts with
/// progress (each listed entry is progress; a read or write is one piece).
/// </summary>
/// <remarks>
/// A <see cref="WriteMode.CreateNew"/> whose first answer got lost finds its own object at the second attempt: it counts as written
/// when the content is the same. So contents that say who won (locks) must differ from writer to writer.
/// </remarks>
public sealed class RetryingStorage : ForwardingStorage
{
    private readonly RetryPolicy _policy;
    private readonly TimeProvider _time;
    private volatile bool _reached;

    /// <summary>Wraps <paramref name="inner"/>.</summary>
    /// <param name="inner">The storage; disposed with this.</param>
    /// <param name="policy">How to retry; null for the defaults.</param>
    /// <param name="time">The clock; null is the system's.</param>
    public RetryingStorage(IArchiveStorage inner, RetryPolicy? policy = null, TimeProvider? time = null)
        : base(inner)
    {
        _policy = policy ?? new RetryPolicy();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_policy.InitialDelay, TimeSpan.Zero, nameof(policy));
        ArgumentOutOfRangeException.ThrowIfLessThan(_policy.MaxDelay, _policy.InitialDelay, nameof(policy));
        _time = time ?? TimeProvider.System;
    }

    private TimeSpan Deadline => _reached ? _policy.Deadline : _policy.FirstContactDeadline;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StorageEntry> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var session = new RetrySession(_policy, _time);
        StorageEntry? last = null;
        while (true)
        {
            var skipTo = last;
            RestoreException? failure;
            var entries = Inner.ListAsync(folder, recursive, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (entries.ConfigureAwait(false))
            {
                while (true)
                {
                    (var more, failure) = await TryMoveNextAsync(entries).ConfigureAwait(false);
                    if (!more)
                    {
                        break;
                    }

                    if (skipTo is not null)
                    {
                        skipTo = IsSame(entries.Current, skipTo) ? null : skipTo;
                        continue;
                    }

                    session.Progress();
                    last = entries.Current;
                    yield return last;
                }
            }

            if (failure is null && skipTo is null)
            {
                yield break;
            }

            failure ??= new RestoreException(
                ErrorCodes.StorageUnavailable, "A listing broke off, and what was listed last is gone", last!.Key, "Run again when nobody changes the archive.");
            await session.WaitAsync(failure, Deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken) =>
        RetryAsync(_ => Inner.StatAsync(key, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        RetryAsync(_ => Inner.ReadAsync(key, offset, destination, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken) =>
        await RetryAsync(
            async failures =>
            {
                try
                {
                    await Inner.WriteAsync(key, content, mode, cancellationToken).ConfigureAwait(false);
                }
                catch (RestoreException error) when (error.Code == ErrorCodes.StorageConflict && failures > 0)
                {
                    if (!await HoldsAsync(key, content, cancellationToken).ConfigureAwait(false))
                    {
                        throw;
                    }
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(string key, CancellationToken cancellationToken) =>
        await RetryAsync(
            async _ =>
            {
                await Inner.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    private static bool IsTransient(RestoreException error) => error.Code == ErrorCodes.StorageUnavailable;

    private static bool IsSame(StorageEntry a, StorageEntry b) => a.IsFolder == b.IsFolder && a.Key == b.Key;

    private async ValueTask<(bool More, RestoreException? Failure)> TryMoveNextAsync(IAsyncEnumerator<StorageEntry> entries)
    {
        try
        {
            var more = await entries.MoveNextAsync().ConfigureAwait(false);
            _reached = true;
            return (more, null);
        }
        catch (RestoreException error) when (IsTransient(error))
        {
            return (false, error);
        }
    }

    private async ValueTask<T> RetryAsync<T>(Func<int, ValueTask<T>> operation, CancellationToken cancellationToken)
    {
        var session = new RetrySession(_policy, _time);
        while (true)
        {
            try
            {
                var result = await operation(session.Failures).ConfigureAwait(false);
                _reached = true;
                return result;
            }
            catch (RestoreException error) when (IsTransient(error))
            {
                await session.WaitAsync(error, Deadline, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<bool> HoldsAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (await Inner.StatAsync(key, cancellationToken).ConfigureAwait(false) is not { } entry || entry.Size != content.Length)
        {
            return false;
        }

        var stored = new byte[content.Length];
        return await Inner.ReadAsync(key, 0, stored, cancellationToken).ConfigureAwait(false) == stored.Length
            && content.Span.SequenceEqual(stored);
    }
}
