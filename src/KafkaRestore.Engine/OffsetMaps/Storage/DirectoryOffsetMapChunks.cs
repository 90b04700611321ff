using System.Globalization;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.OffsetMaps.Storage;

/// <summary>
/// Chunks as files of one directory, <c>chunk-00000000.map</c> and so on. The directory belongs to one map; it is made by the first
/// <see cref="PutAsync"/>. Reading blocks for as long as the disk takes, or what stands in its place.
/// </summary>
public sealed class DirectoryOffsetMapChunks : IOffsetMapChunks
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private readonly IStateFiles _files;
    private readonly string _directory;

    /// <summary>Uses <paramref name="directory"/> of this machine, which need not exist.</summary>
    public DirectoryOffsetMapChunks(string directory)
        : this(LocalStateFiles.Instance, directory)
    {
    }

    /// <summary>Uses a directory of other files.</summary>
    public DirectoryOffsetMapChunks(IStateFiles files, string directory)
    {
        _files = files;
        _directory = Path.GetFullPath(directory);
    }

    /// <inheritdoc/>
    public string NameOf(int number) => Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"chunk-{number:D8}.map"));

    /// <inheritdoc/>
    public async ValueTask PutAsync(int number, ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        var path = NameOf(number);
        try
        {
            await Task.Run(() => Write(path, chunk), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Translate(failure, path);
        }
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(int number, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = NameOf(number);
        try
        {
            using var file = _files.OpenRead(path) ?? throw OffsetMapDamage.Missing(path);
            file.Position = Math.Min(offset, file.Length);
            return new(file.ReadAtLeast(destination.Span, destination.Length, throwOnEndOfStream: false));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Translate(failure, path);
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Those that a killed run left unfinished as well.
            foreach (var name in _files.Names(_directory).Where(static name => name.Contains("chunk-", StringComparison.Ordinal) && name.Contains(".map", StringComparison.Ordinal)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                _files.Delete(Path.Combine(_directory, name));
            }

            return ValueTask.CompletedTask;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Translate(failure, _directory);
        }
    }

    // One writer for each map: the lane that owns it.
    private void Write(string path, ReadOnlyMemory<byte> chunk)
    {
        _files.CreateDirectory(_directory);
        WholeStateFile.Write(_files, path, chunk.Span);
    }

    private static RestoreException Translate(Exception failure, string path) => failure switch
    {
        IOException when failure.HResult is NoSpace or QuotaExceeded or WindowsDiskFull => new RestoreException(ErrorCodes.DiskFull, "no room is left for the offset map", path, inner: failure),
        UnauthorizedAccessException => new RestoreException(ErrorCodes.StorageDenied, "the operating system refuses access to the offset map", path,
            "Check the owner and the mode of the file and of every directory above it, and whether it is mounted read-only.", failure),
        _ => new RestoreException(ErrorCodes.StorageUnavailable, $"the file system failed: {failure.Message}", path, "Check the disk or the mount, then run again.", failure),
    };
}
