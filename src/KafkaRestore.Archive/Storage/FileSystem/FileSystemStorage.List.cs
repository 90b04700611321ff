using System.Runtime.CompilerServices;

namespace KafkaRestore.Archive.Storage.FileSystem;

public sealed partial class FileSystemStorage
{
    // Every ext4 volume has one at its root, closed to everybody but root.
    private const string LostAndFound = "lost+found";

    private static readonly EnumerationOptions s_everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    /// <inheritdoc/>
    public async IAsyncEnumerable<StorageEntry> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StorageKey.CheckFolder(folder);
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var entry in List(folder, recursive, above: []))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    private IEnumerable<StorageEntry> List(string folder, bool recursive, string[] above)
    {
        var directory = Locate(folder);
        if (above.Contains(directory))
        {
            // A link to a folder above: what is in it has its keys already.
            yield break;
        }

        foreach (var entry in ReadFolder(directory, folder))
        {
            if (!entry.IsFolder || !recursive)
            {
                yield return entry;
                continue;
            }

            foreach (var below in List(entry.Key, recursive, [.. above, directory]))
            {
                yield return below;
            }
        }
    }

    private List<StorageEntry> ReadFolder(string directory, string folder)
    {
        var entries = new List<StorageEntry>();
        try
        {
            foreach (var info in new DirectoryInfo(directory).EnumerateFileSystemInfos("*", s_everything))
            {
                if (Describe(folder.Length == 0 ? info.Name : $"{folder}/{info.Name}", info) is { } entry)
                {
                    entries.Add(entry);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (IOException) when (!Directory.Exists(directory))
        {
            return [];
        }
        catch (Exception error) when (FileSystemErrors.Translate(error, Path.Combine(Properties.Location, folder)) is { } known)
        {
            throw known;
        }

        entries.Sort(StorageEntryOrder.Compare);
        return entries;
    }

    /// <summary>The entry of a file or directory; null for what is not part of an archive or gone meanwhile.</summary>
    private StorageEntry? Describe(string key, FileSystemInfo info)
    {
        // A name with a backslash or a NUL cannot be a key, so nobody could read it.
        if (TemporaryFile.Matches(info.Name) || key == LostAndFound || StorageKey.FindProblem(key) is not null)
        {
            return null;
        }

        if ((info.Attributes & FileAttributes.ReparsePoint) != 0)
        {
            var target = Locate(key);
            info = Directory.Exists(target) ? new DirectoryInfo(target) : new FileInfo(target);
        }

        return info switch
        {
            FileInfo file when file.Exists => new StorageEntry(key, IsFolder: false, file.Length, file.LastWriteTimeUtc),
            DirectoryInfo directory when directory.Exists => new StorageEntry(key, IsFolder: true, 0, null),
            _ => null,
        };
    }

}
