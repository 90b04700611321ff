using KafkaRestore.Archive.KafkaBackup.Manifests;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>One segment to be read: whose it is and what the manifest says of it.</summary>
/// <param name="BackupId">The archive.</param>
/// <param name="Topic">Source topic.</param>
/// <param name="Partition">Source partition.</param>
/// <param name="Entry">The manifest's words.</param>
public readonly record struct SegmentReference(string BackupId, string Topic, int Partition, SegmentEntry Entry)
{
    /// <summary>The object's key.</summary>
    public string Key => Entry.KeyIn(BackupId, Topic, Partition);
}
