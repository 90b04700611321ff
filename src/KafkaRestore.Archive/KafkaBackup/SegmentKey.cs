using System.Globalization;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.KafkaBackup;

/// <summary>The names of an archive's objects (archive format, section 1), and the jail around them.</summary>
public static class SegmentKey
{
    /// <summary>The key of an archive's manifest.</summary>
    public static string Manifest(string backupId) => $"{backupId}/manifest.json";

    /// <summary>The key that kafka-backup 0.12 and later give a segment.</summary>
    /// <param name="backupId">The archive's id.</param>
    /// <param name="topic">Source topic.</param>
    /// <param name="partition">Source partition.</param>
    /// <param name="startOffset">Source offset of the first record.</param>
    /// <param name="compression">How the payload is compressed; it decides the ending.</param>
    public static string Segment(string backupId, string topic, int partition, long startOffset, Segments.SegmentCompression compression) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{backupId}/topics/{topic}/partition={partition}/segment-{startOffset:D20}.bin{Extension(compression)}");

    /// <summary>
    /// Refuses a key that a manifest must not name: outside <paramref name="backupId"/>'s folder, absolute, or with components
    /// that mean another folder.
    /// </summary>
    /// <exception cref="RestoreException">ARCHIVE_UNSAFE_KEY.</exception>
    public static void Jail(string backupId, string key)
    {
        var reason = key.Length == 0 ? "it is empty"
            : key.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0 ? "it holds a control character"
            : key.Contains('\\') ? "it holds a backslash"
            : !key.StartsWith(backupId + "/", StringComparison.Ordinal) ? $"it is outside the archive's folder '{backupId}/'"
            : HasEmptyOrDotComponent(key) ? "it holds an empty, '.' or '..' component"
            : null;
        if (reason is not null)
        {
            throw new RestoreException(ErrorCodes.ArchiveUnsafeKey, $"the manifest names an object that it must not: {reason}", Readable.Show(key));
        }
    }

    /// <summary>Refuses an archive id that is not a plain relative path.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID.</exception>
    public static void CheckBackupId(string backupId)
    {
        if (backupId.Length == 0 || backupId.Contains('\\') || backupId.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0 || HasEmptyOrDotComponent(backupId))
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"'{Readable.Show(backupId)}' is not an archive id",
                hint: "An id is what `kafka-restore list` prints: names joined by '/', without '.', '..' or empty parts.");
        }
    }

    private static string Extension(Segments.SegmentCompression compression) => compression switch
    {
        Segments.SegmentCompression.Zstd => ".zst",
        Segments.SegmentCompression.Lz4 => ".lz4",
        _ => "",
    };

    private static bool HasEmptyOrDotComponent(string path)
    {
        foreach (var range in path.AsSpan().Split('/'))
        {
            if (path.AsSpan(range) is "" or "." or "..")
            {
                return true;
            }
        }

        return false;
    }
}
