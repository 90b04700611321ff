using System.Runtime.CompilerServices;
using KafkaRestore.Archive.Storage;

namespace KafkaRestore.Archive.KafkaBackup;

/// <summary>Finds the archives of a storage: every folder that holds a manifest.json.</summary>
public static class ArchiveCatalog
{
    private const int DeepestFolder = 32;

    /// <summary>
    /// The archives' ids in order. Goes down folder by folder and never into an archive, so that millions of segments are not listed.
    /// </summary>
    public static IAsyncEnumerable<string> ListAsync(IArchiveStorage storage, CancellationToken cancellationToken) =>
        ListAsync(storage, "", 0, cancellationToken);

    private static async IAsyncEnumerable<string> ListAsync(IArchiveStorage storage, string folder, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folders = new List<string>();
        var isArchive = false;
        await foreach (var entry in storage.ListAsync(folder, recursive: false, cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsFolder)
            {
                folders.Add(entry.Key);
            }
            else if (folder.Length > 0 && entry.Key == SegmentKey.Manifest(folder))
            {
                isArchive = true;
                break;
            }
        }

        if (isArchive)
        {
            yield return folder;
            yield break;
        }

        if (depth == DeepestFolder)
        {
            yield break;
        }

        foreach (var child in folders)
        {
            await foreach (var id in ListAsync(storage, child, depth + 1, cancellationToken).ConfigureAwait(false))
            {
                yield return id;
            }
        }
    }
}
