using System.Runtime.CompilerServices;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Groups;

/// <summary>A folder of a job's state as a storage, for what is kept the same way in archives: snapshots of group offsets. Small files only.</summary>
internal sealed class StateFolder(IStateFiles files, string folder) : IArchiveStorage
{
    /// <inheritdoc/>
    public StorageProperties Properties { get; } = new("state", folder, 64 << 10, 1, RereadsAreCheap: true);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StorageEntry> ListAsync(string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var name in Guarded(folder, () => files.Names(PathOf(folder))).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var key = folder.Length == 0 ? name : $"{folder.TrimEnd('/')}/{name}";
            if (await StatAsync(key, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                yield return entry;
            }
        }

        foreach (var name in Guarded(folder, () => files.Names(PathOf(folder), directories: true)).Order(StringComparer.Ordinal))
        {
            var key = folder.Length == 0 ? name : $"{folder.TrimEnd('/')}/{name}";
            if (!recursive)
            {
                yield return new StorageEntry(key, IsFolder: true, 0, null);
                continue;
            }

            await foreach (var entry in ListAsync(key, recursive, cancellationToken).ConfigureAwait(false))
            {
                yield return entry;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken) => Guarded(key, () =>
    {
        using var stream = files.OpenRead(PathOf(key));
        return ValueTask.FromResult(stream is null ? null : new StorageEntry(key, IsFolder: false, stream.Length, null));
    });

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken) => Guarded(key, () =>
    {
        using var stream = files.OpenRead(PathOf(key)) ?? throw new RestoreException(ErrorCodes.ArchiveNotFound, "the file does not exist", PathOf(key));
        stream.Position = Math.Min(offset, stream.Length);
        return ValueTask.FromResult(stream.ReadAtLeast(destination.Span, destination.Length, throwOnEndOfStream: false));
    });

    /// <inheritdoc/>
    public ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken) => Guarded(key, () =>
    {
        var path = PathOf(key);
        if (mode == WriteMode.CreateNew)
        {
            using var there = files.OpenRead(path);
            if (there is not null)
            {
                throw new RestoreException(ErrorCodes.StorageConflict, "a file of this name exists", path);
            }
        }

        files.CreateDirectory(Path.GetDirectoryName(path)!);
        WholeStateFile.Write(files, path, content.Span);
        return ValueTask.CompletedTask;
    });

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken cancellationToken) => Guarded(key, () =>
    {
        files.Delete(PathOf(key));
        return ValueTask.CompletedTask;
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string PathOf(string key) => Path.Combine(folder, key);

    private static T Guarded<T>(string where, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.StateUnwritable, $"the state of the job cannot be used: {failure.Message}", where, inner: failure);
        }
    }
}
