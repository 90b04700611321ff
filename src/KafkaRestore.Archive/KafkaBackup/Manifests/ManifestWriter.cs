using System.Buffers;
using System.Text.Json;
using KafkaRestore.Archive.Storage;

namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>Writes manifest.json as kafka-backup 0.25 does, for samples, tests and benchmarks.</summary>
public static class ManifestWriter
{
    /// <summary>Stores the manifest under its key.</summary>
    public static async ValueTask WriteAsync(IArchiveStorage storage, Manifest manifest, CancellationToken cancellationToken) =>
        await storage.WriteAsync(SegmentKey.Manifest(manifest.BackupId), ToBytes(manifest), WriteMode.Replace, cancellationToken).ConfigureAwait(false);

    /// <summary>The manifest as indented UTF-8 JSON.</summary>
    public static byte[] ToBytes(Manifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("backup_id", manifest.BackupId);
            json.WriteNumber("created_at", manifest.CreatedAt);
            json.WriteString("source_cluster_id", manifest.SourceClusterId);
            WriteStrings(json, "source_brokers", manifest.SourceBrokers);
            json.WriteString("compression", manifest.Compression);
            json.WriteStartArray("topics");
            foreach (var topic in manifest.Topics)
            {
                WriteTopic(json, manifest.BackupId, topic);
            }

            json.WriteEndArray();
            if (manifest.MissingTopics.Count > 0)
            {
                WriteStrings(json, "missing_topics", manifest.MissingTopics);
            }

            if (manifest.IsolationLevel is { } isolation)
            {
                json.WriteString("isolation_level", isolation);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTopic(Utf8JsonWriter json, string backupId, ManifestTopic topic)
    {
        json.WriteStartObject();
        json.WriteString("name", topic.Name);
        WriteNumber(json, "original_partition_count", topic.OriginalPartitionCount);
        WriteNumber(json, "source_replication_factor", topic.SourceReplicationFactor);
        if (topic.Configurations.Count > 0)
        {
            json.WriteStartObject("configurations");
            foreach (var (name, value) in topic.Configurations)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteStartArray("partitions");
        foreach (var partition in topic.Partitions)
        {
            WritePartition(json, backupId, topic.Name, partition);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePartition(Utf8JsonWriter json, string backupId, string topic, ManifestPartition partition)
    {
        json.WriteStartObject();
        json.WriteNumber("partition_id", partition.PartitionId);
        json.WriteStartArray("segments");
        foreach (var segment in partition.Segments)
        {
            WriteSegment(json, segment.KeyIn(backupId, topic, partition.PartitionId), segment);
        }

        json.WriteEndArray();
        if (partition.Gaps.Count > 0)
        {
            json.WriteStartArray("gaps");
            foreach (var gap in partition.Gaps)
            {
                json.WriteStartObject();
                json.WriteNumber("start_offset", gap.Start);
                json.WriteNumber("end_offset", gap.End);
                json.WriteString("reason", gap.Reason);
                json.WriteNumber("detected_at", 0);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (partition.Pruned.Count > 0)
        {
            json.WriteStartArray("pruned");
            foreach (var range in partition.Pruned)
            {
                json.WriteStartObject();
                json.WriteNumber("start_offset", range.Start);
                json.WriteNumber("end_offset", range.End);
                json.WriteNumber("segments", range.Segments);
                json.WriteNumber("bytes", 0);
                json.WriteNumber("pruned_at", 0);
                json.WriteNumber("cutoff_timestamp", 0);
                json.WriteString("reason", range.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        WriteOptional(json, "covered_through", partition.CoveredThrough);
        WriteOptional(json, "snapshot_end_offset", partition.SnapshotEndOffset);
        WriteOptional(json, "high_watermark_at_capture", partition.HighWatermarkAtCapture);
        json.WriteEndObject();
    }

    private static void WriteSegment(Utf8JsonWriter json, string key, SegmentEntry segment)
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteNumber("start_offset", segment.StartOffset);
        json.WriteNumber("end_offset", segment.EndOffset);
        json.WriteNumber("start_timestamp", segment.FirstTimestamp);
        json.WriteNumber("end_timestamp", segment.LastTimestamp);
        json.WriteNumber("record_count", segment.RecordCount);
        json.WriteNumber("uncompressed_size", segment.UncompressedSize);
        json.WriteNumber("compressed_size", segment.CompressedSize);
        if (segment.Sha256 is { } digest)
        {
            json.WriteString("sha256", digest.ToString());
        }

        json.WriteNumber("uploaded_at", segment.UploadedAt);
        WriteOptional(json, "covered_start_offset", segment.CoveredStart);
        WriteOptional(json, "covered_end_offset", segment.CoveredEnd);
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
