using KafkaRestore.Archive.KafkaBackup.Segments;

namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>A segment as read; <see cref="Key"/> is held only until topic and partition are known and the key can be judged.</summary>
internal readonly record struct PendingSegment(SegmentEntry Entry, string? Key)
{
    public static PendingSegment From(ManifestFields fields)
    {
        var key = fields.RequiredText("key", " of a segment");
        var start = fields.Offset("start_offset");
        var end = fields.Offset("end_offset");
        var count = RequiredOf("record_count");
        if (end < start)
        {
            throw new FormatException($"segment {Readable.Show(key)} ends at offset {end}, before its start {start}");
        }

        if (count < 0 || count - 1 > end - start)
        {
            throw new FormatException($"segment {Readable.Show(key)} cannot hold {count} records between offsets {start} and {end}");
        }

        Sha256Digest? sha256 = null;
        if (fields.Text("sha256") is { Length: > 0 } hex)
        {
            sha256 = Sha256Digest.TryParse(hex, out var digest) ? digest : throw new FormatException($"sha256 of segment {Readable.Show(key)} is not 64 hexadecimal digits");
        }

        var coveredStart = fields.Number("covered_start_offset");
        var coveredEnd = fields.Number("covered_end_offset");
        if (coveredStart > start || coveredStart < 0 || coveredEnd < end || coveredEnd == long.MaxValue)
        {
            throw new FormatException($"segment {Readable.Show(key)} cannot cover {coveredStart}..{coveredEnd} with records at {start}..{end}");
        }

        return new PendingSegment(
            new SegmentEntry
            {
                StartOffset = start,
                EndOffset = end,
                FirstTimestamp = RequiredOf("start_timestamp"),
                LastTimestamp = RequiredOf("end_timestamp"),
                RecordCount = count,
                UncompressedSize = fields.Size("uncompressed_size"),
                CompressedSize = fields.Size("compressed_size"),
                UploadedAt = fields.Number("uploaded_at") ?? 0,
                CoveredStart = coveredStart,
                CoveredEnd = coveredEnd,
                Sha256 = sha256,
            },
            key);

        // The text of a failure is made only when there is one: this runs a million times.
        long RequiredOf(string property) => fields.Number(property) ?? throw new FormatException($"'{property}' of segment {Readable.Show(key)} is missing");
    }

    /// <summary>The entry with its key judged: jailed, and dropped where it can be composed again.</summary>
    public PendingSegment Resolve(string backupId, string topic, int partition)
    {
        if (Key is null)
        {
            return this;
        }

        SegmentKey.Jail(backupId, Key);
        var ending = Key.EndsWith(".zst", StringComparison.Ordinal) ? SegmentCompression.Zstd
            : Key.EndsWith(".lz4", StringComparison.Ordinal) ? SegmentCompression.Lz4
            : SegmentCompression.None;
        return SegmentKey.Segment(backupId, topic, partition, Entry.StartOffset, ending) == Key
            ? new PendingSegment(Entry with { KeyEnding = ending }, null)
            : new PendingSegment(Entry with { OddKey = Key }, null);
    }
}
