using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.FileSystem;

/// <summary>
/// Archives in a directory of this machine. A key is a path below it; symbolic links are followed as long as they stay below it.
/// </summary>
/// <remarks>
/// Files are opened for each read: that costs a hundredth of reading the megabytes that one read asks for.
/// Not guaranteed: that someone who may write into the directory cannot exchange a file for a link between check and open;
/// that a new name survives a power failure (the file's content does); <see cref="WriteMode.CreateNew"/> against a second writer on a
/// file system without hard links.
/// </remarks>
public sealed partial class FileSystemStorage : IArchiveStorage
{
    private const int ReadBytes = 4 << 20;
    private readonly string _root;

    private FileSystemStorage(string root, string location)
    {
        _root = root;
        Properties = new StorageProperties("filesystem", location, ReadBytes, ParallelReads: 1, RereadsAreCheap: true);
    }

    /// <inheritdoc/>
    public StorageProperties Properties { get; }

    /// <summary>Opens a directory that exists.</summary>
    /// <exception cref="RestoreException">STORAGE_INVALID: there is no such directory; STORAGE_DENIED: it cannot be read.</exception>
    public static FileSystemStorage Open(FileSystemStorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.Path) || options.Path.Contains('\0', StringComparison.Ordinal))
        {
            throw new RestoreException(ErrorCodes.StorageInvalid, "The storage's directory is empty or not a path", "storage.path");
        }

        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Path));
        var root = RealPath.Resolve(path);
        if (!Directory.Exists(root))
        {
            throw new RestoreException(
                ErrorCodes.StorageInvalid,
                File.Exists(root) ? "The storage's path is a file, not a directory" : "The storage's directory does not exist",
                path,
                "Check the path, and that the volume is mounted.");
        }

        try
        {
            using var entries = Directory.EnumerateFileSystemEntries(root).GetEnumerator();
            entries.MoveNext();
        }
        catch (Exception error) when (FileSystemErrors.Translate(error, path) is { } known)
        {
            throw known;
        }

        return new FileSystemStorage(root, path);
    }

    /// <inheritdoc/>
    public ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken) =>
        Run(key, cancellationToken, path =>
        {
            var file = new FileInfo(path);
            return file.Exists ? new StorageEntry(key, IsFolder: false, file.Length, file.LastWriteTimeUtc) : null;
        });

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return Run(key, cancellationToken, path => destination.IsEmpty ? 0 : Read(path, offset, destination.Span, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static int Read(string path, long offset, Span<byte> destination, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw FileSystemErrors.Missing(path);
        }

        // Pipes and devices have no length either, and opening one can wait for ever.
        if (file.Length == 0)
        {
            return 0;
        }

        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var filled = 0;
        while (filled < destination.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = Math.Min(destination.Length - filled, ReadBytes);
            var read = RandomAccess.Read(handle, destination.Slice(filled, part), offset + filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }

    /// <summary>Runs one operation on the file that a key names, with its failures translated and kept in the task.</summary>
    private ValueTask<T> Run<T>(string key, CancellationToken cancellationToken, Func<string, T> operation)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        var shown = key;
        try
        {
            StorageKey.Check(key);
            shown = Path.Combine(Properties.Location, key);
            return ValueTask.FromResult(operation(Locate(key)));
        }
        catch (OperationCanceledException error) when (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromException<T>(error);
        }
        catch (RestoreException error)
        {
            return ValueTask.FromException<T>(error);
        }
        catch (Exception error) when (FileSystemErrors.Translate(error, shown) is { } known)
        {
            return ValueTask.FromException<T>(known);
        }
    }

    /// <summary>The real path of a key or folder; never outside the root.</summary>
    private string Locate(string key)
    {
        var path = RealPath.Resolve(_root, key);
        return RealPath.IsWithin(_root, path)
            ? path
            : throw new RestoreException(
                ErrorCodes.ArchiveUnsafeKey,
                "A symbolic link leads out of the storage's directory",
                Path.Combine(Properties.Location, key),
                "Copy what it leads to into the directory, or open the directory that really holds it.");
    }
}
