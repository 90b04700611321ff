using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>Writes the JSON forms of an offset report, fields in the order of the existing programs.</summary>
internal sealed class JsonReportWriter : IAsyncDisposable
{
    private const int FlushBytes = 64 << 10;
    private static readonly JsonEncodedText s_sourceOffset = JsonEncodedText.Encode("source_offset");
    private static readonly JsonEncodedText s_targetOffset = JsonEncodedText.Encode("target_offset");
    private static readonly JsonEncodedText s_timestamp = JsonEncodedText.Encode("timestamp");
    private static readonly JsonEncodedText s_sourceStart = JsonEncodedText.Encode("source_start");
    private static readonly JsonEncodedText s_targetStart = JsonEncodedText.Encode("target_start");
    private static readonly JsonEncodedText s_length = JsonEncodedText.Encode("len");
    private static readonly JsonEncodedText s_firstTimestamp = JsonEncodedText.Encode("first_timestamp");
    private static readonly JsonEncodedText s_lastTimestamp = JsonEncodedText.Encode("last_timestamp");
    private readonly Utf8JsonWriter _json;
    private readonly ReportKeys _keys;
    private readonly bool _asRuns;

    /// <summary>Writes to <paramref name="stream"/>, which stays open.</summary>
    public JsonReportWriter(Stream stream, ReportKeys keys, bool asRuns)
    {
        _json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _keys = keys;
        _asRuns = asRuns;
    }

    /// <summary>Writes the whole report.</summary>
    public async Task WriteAsync(OffsetReportSummary summary, IReadOnlyList<ReportedMap> maps, CancellationToken cancellationToken)
    {
        _json.WriteStartObject();
        if (_asRuns)
        {
            _json.WriteNumber("format_version", 2);
        }

        await WriteEntriesAsync(summary.Entries, cancellationToken).ConfigureAwait(false);
        _json.WriteStartObject("detailed_mappings");
        foreach (var map in maps)
        {
            await WriteMapAsync(map, cancellationToken).ConfigureAwait(false);
        }

        _json.WriteEndObject();
        await WriteGroupsAsync(summary.Groups, cancellationToken).ConfigureAwait(false);
        _json.WriteString("source_cluster_id", summary.SourceClusterId);
        _json.WriteString("target_cluster_id", summary.TargetClusterId);
        _json.WriteNumber("created_at", summary.CreatedAt ?? 0);
        _json.WriteEndObject();
        await _json.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Frees the writer without writing what is unfinished.</summary>
    public ValueTask DisposeAsync()
    {
        // Disposing writes what is pending, and after a failure nothing may follow.
        _json.Reset(Stream.Null);
        return _json.DisposeAsync();
    }

    private async Task WriteEntriesAsync(IReadOnlyList<OffsetReportEntry> entries, CancellationToken cancellationToken)
    {
        _json.WriteStartObject("entries");
        foreach (var entry in entries)
        {
            _json.WriteStartObject(_keys.Of(entry.Pair));
            _json.WriteString("topic", entry.Pair.Target.Topic);
            _json.WriteNumber("partition", entry.Pair.Target.Partition);
            _json.WriteNumber("source_first_offset", entry.SourceFirstOffset);
            _json.WriteNumber("source_last_offset", entry.SourceLastOffset);
            WriteNumberOrNull("target_first_offset", entry.TargetFirstOffset);
            WriteNumberOrNull("target_last_offset", entry.TargetLastOffset);
            _json.WriteNumber("first_timestamp", entry.FirstTimestamp);
            _json.WriteNumber("last_timestamp", entry.LastTimestamp);
            if (_asRuns && entry.Pair.Source is { } source)
            {
                _json.WriteString("source_topic", source.Topic);
                _json.WriteNumber("source_partition", source.Partition);
            }

            _json.WriteEndObject();
            await FlushWhenFullAsync(cancellationToken).ConfigureAwait(false);
        }

        _json.WriteEndObject();
    }

    private async Task WriteMapAsync(ReportedMap map, CancellationToken cancellationToken)
    {
        _json.WriteStartArray(_keys.Of(map.Pair));
        await foreach (var run in (_asRuns ? MergedRuns.Of(map.Runs, cancellationToken) : map.Runs).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (_asRuns)
            {
                WriteRun(run);
                await FlushWhenFullAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            for (long i = 0; i < run.Run.Length; i++)
            {
                WritePair(run, i);
                if (_json.BytesPending >= FlushBytes)
                {
                    await _json.FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }

        _json.WriteEndArray();
    }

    private void WriteRun(TimedRun run)
    {
        _json.WriteStartObject();
        _json.WriteNumber(s_sourceStart, run.Run.Source);
        _json.WriteNumber(s_targetStart, run.Run.Target);
        _json.WriteNumber(s_length, run.Run.Length);
        _json.WriteNumber(s_firstTimestamp, run.FirstTimestamp);
        _json.WriteNumber(s_lastTimestamp, run.LastTimestamp);
        _json.WriteEndObject();
    }

    private void WritePair(TimedRun run, long index)
    {
        _json.WriteStartObject();
        _json.WriteNumber(s_sourceOffset, run.Run.Source + index);
        _json.WriteNumber(s_targetOffset, run.Run.Target + index);
        _json.WriteNumber(s_timestamp, index == 0 ? run.FirstTimestamp : index == run.Run.Length - 1 ? run.LastTimestamp : TimedRun.NoTimestamp);
        _json.WriteEndObject();
    }

    private async Task WriteGroupsAsync(IReadOnlyList<OffsetReportGroup> groups, CancellationToken cancellationToken)
    {
        _json.WriteStartObject("consumer_groups");
        foreach (var group in groups)
        {
            _json.WriteStartObject(group.GroupId);
            _json.WriteString("group_id", group.GroupId);
            _json.WriteStartObject("offsets");
            foreach (var topic in group.Offsets.GroupBy(offset => offset.Topic, StringComparer.Ordinal))
            {
                _json.WriteStartObject(topic.Key);
                foreach (var offset in topic)
                {
                    WriteGroupOffset(offset);
                    await FlushWhenFullAsync(cancellationToken).ConfigureAwait(false);
                }

                _json.WriteEndObject();
            }

            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    private void WriteGroupOffset(OffsetReportGroupOffset offset)
    {
        _json.WriteStartObject(offset.Partition.ToString(CultureInfo.InvariantCulture));
        _json.WriteNumber(s_sourceOffset, offset.SourceOffset);
        WriteNumberOrNull("target_offset", offset.TargetOffset);
        _json.WriteNumber(s_timestamp, offset.Timestamp);
        _json.WriteString("metadata", offset.Metadata);
        _json.WriteEndObject();
    }

    private void WriteNumberOrNull(string name, long? value)
    {
        if (value is { } number)
        {
            _json.WriteNumber(name, number);
        }
        else
        {
            _json.WriteNull(name);
        }
    }

    private Task FlushWhenFullAsync(CancellationToken cancellationToken) =>
        _json.BytesPending >= FlushBytes ? _json.FlushAsync(cancellationToken) : Task.CompletedTask;
}
