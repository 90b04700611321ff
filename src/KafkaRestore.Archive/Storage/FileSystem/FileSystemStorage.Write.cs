using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.FileSystem;

public sealed partial class FileSystemStorage
{
    private const int FolderAttempts = 100;

    /// <inheritdoc/>
    public ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken)
    {
        var written = Run(key, cancellationToken, path =>
        {
            Write(path, content.Span, mode);
            return true;
        });
        return written.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(written.AsTask());
    }

    private static void Write(string path, ReadOnlySpan<byte> content, WriteMode mode)
    {
        if (Directory.Exists(path))
        {
            throw new RestoreException(ErrorCodes.StorageConflict, "A folder of this name exists", path);
        }

        if (mode == WriteMode.CreateNew && File.Exists(path))
        {
            throw FileSystemErrors.Conflict(path);
        }

        var temporary = WriteTemporaryInFolder(path, content);
        try
        {
            Publish(temporary, path, mode);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    private static string WriteTemporaryInFolder(string path, ReadOnlySpan<byte> content)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                return WriteTemporary(path, content);
            }
            catch (Exception error) when (error is DirectoryNotFoundException or FileNotFoundException && attempt < FolderAttempts)
            {
                // Whoever removed the last object in a folder took it along just now.
            }
        }
    }

    private static string WriteTemporary(string path, ReadOnlySpan<byte> content)
    {
        var temporary = TemporaryFile.NameFor(path);
        var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        try
        {
            using (handle)
            {
                RandomAccess.Write(handle, content, fileOffset: 0);
                RandomAccess.FlushToDisk(handle);
            }

            return temporary;
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    private static void Publish(string temporary, string path, WriteMode mode)
    {
        if (mode == WriteMode.CreateNew)
        {
            switch (HardLink.TryCreate(temporary, path))
            {
                case HardLink.Outcome.Created:
                    TryDelete(temporary);
                    return;
                case HardLink.Outcome.NameTaken:
                    throw FileSystemErrors.Conflict(path);
            }
        }

        try
        {
            File.Move(temporary, path, overwrite: mode == WriteMode.Replace);
        }
        catch (IOException error) when (mode == WriteMode.CreateNew && File.Exists(path))
        {
            throw FileSystemErrors.Conflict(path, error);
        }
    }

    private static void TryDelete(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The failure that led here matters more; listings ignore what is left.
        }
    }
}
