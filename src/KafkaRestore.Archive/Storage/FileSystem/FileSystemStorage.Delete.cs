namespace KafkaRestore.Archive.Storage.FileSystem;

public sealed partial class FileSystemStorage
{
    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var deleted = Run(key, cancellationToken, path =>
        {
            Delete(path);
            return true;
        });
        return deleted.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(deleted.AsTask());
    }

    private void Delete(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
            RemoveEmptyFolders(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>Elsewhere a folder is gone with its last object; so it is here.</summary>
    private void RemoveEmptyFolders(string folder)
    {
        try
        {
            while (folder != _root && RealPath.IsWithin(_root, folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
                folder = Path.GetDirectoryName(folder)!;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody writes into it, or may not remove it: the object is gone all the same.
        }
    }
}
