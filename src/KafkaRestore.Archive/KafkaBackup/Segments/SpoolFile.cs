using KafkaRestore.Records.Errors;
using Microsoft.Win32.SafeHandles;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>A temporary file for a segment too large for memory; gone when it is closed, also after a crash where the system allows it.</summary>
internal sealed class SpoolFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private SpoolFile(SafeFileHandle handle, string path)
    {
        _handle = handle;
        _path = path;
    }

    /// <summary>Creates one in <paramref name="directory"/>, or the system's temporary directory.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID when the directory cannot be written, DISK_FULL.</exception>
    public static SpoolFile Create(string? directory)
    {
        var path = Path.Combine(directory ?? Path.GetTempPath(), $"kafka-restore-spool-{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path);
            }

            return new SpoolFile(handle, path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"the spool directory cannot be written: {refused.Message}", path, "Set restore.spool_directory to a directory with room.", refused);
        }
    }

    /// <summary>Writes at a position.</summary>
    public void Write(long position, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, position);
        }
        catch (IOException full)
        {
            throw new RestoreException(ErrorCodes.DiskFull, $"a large segment could not be spooled: {full.Message}", _path, "Free space there, set restore.spool_directory to a disk with room, or raise restore.memory_budget.", full);
        }
    }

    /// <summary>Reads from a position until <paramref name="destination"/> is full or the file ends.</summary>
    public ValueTask<int> ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var total = 0;
        while (total < destination.Length)
        {
            var read = RandomAccess.Read(_handle, destination.Span[total..], position + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return new(total);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
