using System.Globalization;
using KafkaRestore.Engine.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.OffsetMaps.Storage;

/// <summary>
/// Chunks as files of one directory, <c>chunk-00000000.map</c> and so on. The directory belongs to one map; it is made by the first
/// <see cref="PutAsync"/>. Reading blocks for as long as the disk takes.
/// </summary>
public sealed class DirectoryOffsetMapChunks : IOffsetMapChunks
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private readonly string _directory;

    /// <summary>Uses <paramref name="directory"/>, which need not exist.</summary>
    public DirectoryOffsetMapChunks(string directory) => _directory = Path.GetFullPath(directory);

    /// <inheritdoc/>
    public string NameOf(int number) => Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"chunk-{number:D8}.map"));

    /// <inheritdoc/>
    public async ValueTask PutAsync(int number, ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        var path = NameOf(number);
        try
        {
            Directory.CreateDirectory(_directory);
            await AtomicFile.WriteAsync(path, file => file.WriteAsync(chunk, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
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
            using var file = File.OpenHandle(path);
            var read = 0;
            while (read < destination.Length && RandomAccess.Read(file, destination.Span[read..], offset + read) is > 0 and var count)
            {
                read += count;
            }

            return new(read);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw OffsetMapDamage.Missing(path, missing);
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
            if (Directory.Exists(_directory))
            {
                // "*chunk-" takes in the unfinished files that a killed run left.
                foreach (var file in Directory.EnumerateFiles(_directory, "*chunk-*.map*"))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    File.Delete(file);
                }
            }

            return ValueTask.CompletedTask;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Translate(failure, _directory);
        }
    }

    private static RestoreException Translate(Exception failure, string path) => failure switch
    {
        IOException when failure.HResult is NoSpace or QuotaExceeded or WindowsDiskFull => new RestoreException(ErrorCodes.DiskFull, "no room is left for the offset map", path, inner: failure),
        UnauthorizedAccessException => new RestoreException(ErrorCodes.StorageDenied, "the operating system refuses access to the offset map", path,
            "Check the owner and the mode of the file and of every directory above it, and whether it is mounted read-only.", failure),
        _ => new RestoreException(ErrorCodes.StorageUnavailable, $"the file system failed: {failure.Message}", path, "Check the disk or the mount, then run again.", failure),
    };
}
