using System.Text.Json;

namespace KafkaRestore.Offsets.Resetting;

/// <summary>The report of a reset as JSON: names in snake case, durations in milliseconds.</summary>
public static class GroupResetReportJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it.</summary>
    public static void Write(Stream stream, GroupResetReport report)
    {
        using var writer = new Utf8JsonWriter(stream, Indented);
        writer.WriteStartObject();
        writer.WriteString("status", JsonNamingPolicy.SnakeCaseLower.ConvertName(report.Status.ToString()));
        writer.WriteNumber("total_groups", report.TotalGroups);
        writer.WriteNumber("successful_groups", report.SuccessfulGroups);
        writer.WriteNumber("failed_groups", report.FailedGroups);
        writer.WriteNumber("skipped_groups", report.SkippedGroups);
        writer.WriteNumber("total_offsets_reset", report.TotalOffsetsReset);
        writer.WriteNumber("total_offsets_failed", report.TotalOffsetsFailed);
        writer.WriteBoolean("stopped", report.Stopped);
        writer.WriteString("snapshot_id", report.SnapshotId);
        writer.WriteStartArray("group_outcomes");
        foreach (var outcome in report.GroupOutcomes)
        {
            WriteOutcome(writer, outcome);
        }

        writer.WriteEndArray();
        writer.WriteNumber("duration_ms", Whole(report.Duration));
        WriteTimes(writer, report.Times);
        WritePerformance(writer, report.Performance);
        writer.WriteEndObject();
    }

    /// <summary>The same as text.</summary>
    public static string ToText(GroupResetReport report)
    {
        using var stream = new MemoryStream();
        Write(stream, report);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteOutcome(Utf8JsonWriter writer, GroupOutcome outcome)
    {
        writer.WriteStartObject();
        writer.WriteString("group_id", outcome.GroupId);
        writer.WriteString("state", JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.State.ToString()));
        writer.WriteNumber("partitions_reset", outcome.PartitionsReset);
        writer.WriteNumber("partitions_failed", outcome.PartitionsFailed);
        if (outcome.Problem is { } problem)
        {
            writer.WriteStartObject("problem");
            writer.WriteString("code", problem.Code);
            writer.WriteString("message", problem.Message);
            writer.WriteEndObject();
        }

        writer.WriteStartArray("errors");
        foreach (var error in outcome.Errors)
        {
            writer.WriteStartObject();
            writer.WriteString("topic", error.Topic);
            writer.WriteNumber("partition", error.Partition);
            writer.WriteNumber("error_code", error.ErrorCode);
            writer.WriteString("error", error.Error);
            writer.WriteString("message", error.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (outcome.Members.Count > 0)
        {
            writer.WriteStartArray("members");
            foreach (var member in outcome.Members)
            {
                writer.WriteStartObject();
                writer.WriteString("member_id", member.MemberId);
                writer.WriteString("client_id", member.ClientId);
                writer.WriteString("host", member.Host);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteNumber("duration_ms", Whole(outcome.Duration));
        writer.WriteNumber("retry_attempts", outcome.RetryAttempts);
        writer.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter writer, GroupResetTimes times)
    {
        writer.WriteStartObject("times");
        writer.WriteNumber("describe_ms", Whole(times.Describe));
        writer.WriteNumber("wait_ms", Whole(times.Wait));
        writer.WriteNumber("read_ms", Whole(times.Read));
        writer.WriteNumber("snapshot_ms", Whole(times.Snapshot));
        writer.WriteNumber("commit_ms", Whole(times.Commit));
        writer.WriteNumber("read_back_ms", Whole(times.ReadBack));
        writer.WriteEndObject();
    }

    private static void WritePerformance(Utf8JsonWriter writer, GroupResetPerformance performance)
    {
        writer.WriteStartObject("performance");
        writer.WriteNumber("avg_latency_ms", performance.AvgLatency.TotalMilliseconds);
        writer.WriteNumber("p50_latency_ms", performance.P50Latency.TotalMilliseconds);
        writer.WriteNumber("p99_latency_ms", performance.P99Latency.TotalMilliseconds);
        writer.WriteNumber("offsets_per_second", performance.OffsetsPerSecond);
        writer.WriteNumber("max_concurrency", performance.MaxConcurrency);
        writer.WriteNumber("total_retries", performance.TotalRetries);
        writer.WriteEndObject();
    }

    private static long Whole(TimeSpan duration) => (long)Math.Round(duration.TotalMilliseconds);
}
