using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using KafkaRestore.Engine.Files;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Exports;

/// <summary>Writes an export as kmap does, byte for byte where nothing more was asked for: two blanks, no newline at the end.</summary>
public static class GroupExportWriter
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file as a whole or not at all; one that is there is replaced.</summary>
    /// <exception cref="RestoreException">OUTPUT_NOT_WRITTEN; an older file is still there then.</exception>
    public static async Task WriteAsync(string path, GroupExport export, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        var full = Path.GetFullPath(path);
        try
        {
            await AtomicFile.WriteAsync(full, stream => WriteAsync(stream, export, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (SystemErrors.Reason(failure) is { } reason)
        {
            throw new RestoreException(ErrorCodes.OutputNotWritten, $"the export could not be written: {reason}", full, "Name another file, or see to its directory.", failure);
        }
    }

    /// <summary>Writes into a stream.</summary>
    public static async Task WriteAsync(Stream stream, GroupExport export, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(export);
        var json = new Utf8JsonWriter(stream, Options);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", Time(export.TakenAt));
            json.WriteString("cluster", export.Cluster);
            if (export.WithMetadata)
            {
                json.WriteString("cluster_id", export.ClusterId);
            }

            WriteSince(json, export.Since);
            json.WriteStartArray("consumer_groups");
            foreach (var group in export.Groups)
            {
                WriteGroup(json, group, export);
                await json.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static void WriteSince(Utf8JsonWriter json, ExportSince? since)
    {
        if (since is null)
        {
            return;
        }

        json.WriteStartObject("since");
        json.WriteString("file", since.Where);
        json.WriteString("timestamp", since.TakenAt is { } time ? Time(time) : null);
        json.WriteEndObject();
        json.WriteStartArray("removed");
        foreach (var removed in since.Removed)
        {
            json.WriteStartObject();
            json.WriteString("group", removed.Group);
            json.WriteString("topic", removed.Topic);
            json.WriteNumber("partition", removed.Partition);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteGroup(Utf8JsonWriter json, GroupOffsets group, GroupExport export)
    {
        json.WriteStartObject();
        json.WriteString("group", group.Group);
        json.WriteStartObject("topics");
        foreach (var topic in group.Offsets.GroupBy(static offset => offset.Key.Topic).OrderBy(static topic => topic.Key, StringComparer.Ordinal))
        {
            json.WriteStartArray(topic.Key);
            foreach (var (partition, offset) in topic.OrderBy(static offset => offset.Key.Partition))
            {
                WriteOffset(json, partition, offset, export);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteString("captured_at", Time(export.TakenAt));
        json.WriteEndObject();
    }

    private static void WriteOffset(Utf8JsonWriter json, TargetPartition partition, CommittedOffset offset, GroupExport export)
    {
        json.WriteStartObject();
        json.WriteNumber("partition", partition.Partition);
        json.WriteNumber("offset", offset.Offset);
        if (export.Ranges is { } ranges)
        {
            // A topic that was deleted has no end and no lag.
            var range = ranges.TryGetValue(partition, out var known) ? known : (PartitionRange?)null;
            WriteNumber(json, "log_end_offset", range?.End);
            WriteNumber(json, "lag", range is { } log ? Math.Max(0, log.End - Math.Max(offset.Offset, log.LogStart)) : null);
        }

        if (export.WithMetadata)
        {
            json.WriteString("metadata", offset.Metadata ?? "");
            WriteNumber(json, "leader_epoch", offset.LeaderEpoch < 0 ? null : offset.LeaderEpoch);
        }

        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
