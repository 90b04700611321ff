using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.InMemory;

/// <summary>
/// Archives in this process's memory, for tests and embedding. Content is copied in and out, so nobody can change an object in place.
/// </summary>
/// <remarks>Not guaranteed: any bound of its size; anything after the process ends.</remarks>
public sealed class InMemoryStorage : IArchiveStorage
{
    private readonly ConcurrentDictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    /// <summary>Creates an empty storage.</summary>
    /// <param name="time">The clock of <see cref="StorageEntry.LastModified"/>; null is the system's.</param>
    public InMemoryStorage(TimeProvider? time = null) => _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public StorageProperties Properties { get; } = new("memory", "memory://", PreferredReadBytes: 1 << 20, ParallelReads: 1, RereadsAreCheap: true);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StorageEntry> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StorageKey.CheckFolder(folder);
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var entry in Find(folder.Length == 0 ? "" : folder + "/", recursive))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken) =>
        Run(key, cancellationToken, () => _objects.TryGetValue(key, out var stored) ? stored.Describe(key) : null);

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return Run(key, cancellationToken, () => destination.IsEmpty ? 0 : Read(key, offset, destination.Span));
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken)
    {
        var written = Run(key, cancellationToken, () => Write(key, content, mode));
        return written.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(written.AsTask());
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var deleted = Run(key, cancellationToken, () => _objects.TryRemove(key, out _));
        return deleted.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(deleted.AsTask());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ValueTask<T> Run<T>(string key, CancellationToken cancellationToken, Func<T> operation)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        try
        {
            StorageKey.Check(key);
            return ValueTask.FromResult(operation());
        }
        catch (RestoreException error)
        {
            return ValueTask.FromException<T>(error);
        }
    }

    private int Read(string key, long offset, Span<byte> destination)
    {
        if (!_objects.TryGetValue(key, out var stored))
        {
            throw new RestoreException(ErrorCodes.SegmentMissing, "The object does not exist", key);
        }

        var count = (int)Math.Clamp(stored.Content.Length - offset, 0, destination.Length);
        stored.Content.AsSpan((int)Math.Min(offset, stored.Content.Length), count).CopyTo(destination);
        return count;
    }

    private bool Write(string key, ReadOnlyMemory<byte> content, WriteMode mode)
    {
        var stored = new StoredObject(content.ToArray(), _time.GetUtcNow());
        if (mode == WriteMode.Replace)
        {
            _objects[key] = stored;
        }
        else if (!_objects.TryAdd(key, stored))
        {
            throw new RestoreException(ErrorCodes.StorageConflict, "The object exists already", key);
        }

        return true;
    }

    private List<StorageEntry> Find(string prefix, bool recursive)
    {
        var entries = new List<StorageEntry>();
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, stored) in _objects)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            var slash = recursive ? -1 : key.IndexOf('/', prefix.Length);
            if (slash < 0)
            {
                entries.Add(stored.Describe(key));
            }
            else if (folders.Add(key[..slash]))
            {
                entries.Add(new StorageEntry(key[..slash], IsFolder: true, 0, null));
            }
        }

        entries.Sort(StorageEntryOrder.Compare);
        return entries;
    }

    private sealed record StoredObject(byte[] Content, DateTimeOffset Written)
    {
        public StorageEntry Describe(string key) => new(key, IsFolder: false, Content.Length, Written);
    }
}
