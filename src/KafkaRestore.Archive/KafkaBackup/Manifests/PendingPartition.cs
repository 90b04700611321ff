namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>A partition as read, before its topic's name is known.</summary>
internal sealed record PendingPartition(
    int PartitionId,
    List<PendingSegment> Segments,
    IReadOnlyList<OffsetGap> Gaps,
    IReadOnlyList<PrunedRange> Pruned,
    long? CoveredThrough,
    long? SnapshotEndOffset,
    long? HighWatermarkAtCapture)
{
    /// <summary>The partition with its segments judged, by first offset; an entry listed twice with nothing different stands once.</summary>
    public ManifestPartition Resolve(string backupId, string topic)
    {
        var entries = new SegmentEntry[Segments.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = Segments[i].Resolve(backupId, topic, PartitionId).Entry;
        }

        Segments.Clear();
        Segments.TrimExcess();
        if (!IsInOrder(entries))
        {
            Array.Sort(entries, Compare);
        }

        var kept = 0;
        foreach (var entry in entries)
        {
            if (kept == 0 || entries[kept - 1] != entry)
            {
                entries[kept++] = entry;
            }
        }

        return new ManifestPartition
        {
            PartitionId = PartitionId,
            Segments = kept == entries.Length ? entries : entries[..kept],
            Gaps = Gaps,
            Pruned = Pruned,
            CoveredThrough = CoveredThrough,
            SnapshotEndOffset = SnapshotEndOffset,
            HighWatermarkAtCapture = HighWatermarkAtCapture,
        };
    }

    private static bool IsInOrder(SegmentEntry[] entries)
    {
        for (var i = 1; i < entries.Length; i++)
        {
            if (Compare(entries[i - 1], entries[i]) > 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int Compare(SegmentEntry a, SegmentEntry b) =>
        a.StartOffset != b.StartOffset ? a.StartOffset.CompareTo(b.StartOffset) : a.EndOffset.CompareTo(b.EndOffset);
}
