using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>The errors of reading a segment, worded the same everywhere.</summary>
internal static class SegmentDamage
{
    /// <summary>The object is damaged.</summary>
    public static RestoreException Corrupt(string key, string what, Exception? inner = null) =>
        new(ErrorCodes.ArchiveCorrupt, $"the segment is damaged: {what}", key, inner: inner);

    /// <summary>The object is whole but not what the manifest describes.</summary>
    public static RestoreException Mismatch(string key, string what) =>
        new(ErrorCodes.ArchiveCorrupt, $"the segment is whole but not the one that the manifest describes: {what}", key,
            "Bring the right object back; or, when a backup was run twice under one id, set `on_manifest_mismatch: trust_segment` and read the report.");

    /// <summary>The object exceeds a limit.</summary>
    public static RestoreException Limit(string key, string what) =>
        new(ErrorCodes.ArchiveLimit, what, key);
}
