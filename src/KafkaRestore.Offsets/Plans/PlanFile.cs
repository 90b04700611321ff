using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Kafka;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Plans;

/// <summary>Plans as files that a person can read and edit.</summary>
public static class PlanFile
{
    /// <summary>The largest plan that is read, in bytes.</summary>
    public const long MostBytes = 256L << 20;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The plan as JSON.</summary>
    public static string ToJson(OffsetResetPlan plan) => JsonSerializer.Serialize(PlanDocument.Of(plan), Json);

    /// <summary>Reads a plan that this program or kafka-backup wrote, edited or not. Fields that it does not know are passed over; a line may be commented out.</summary>
    /// <param name="json">The file's content, UTF-8.</param>
    /// <param name="where">Its name, for errors.</param>
    /// <exception cref="RestoreException">GROUP_FILE_INVALID, with the place.</exception>
    public static OffsetResetPlan Read(ReadOnlySpan<byte> json, string where)
    {
        PlanDocument? document;
        try
        {
            document = JsonSerializer.Deserialize<PlanDocument>(json, Json);
        }
        catch (JsonException damaged)
        {
            throw Invalid($"it is not JSON of a plan: line {damaged.LineNumber + 1}, {(string.IsNullOrEmpty(damaged.Path) ? "the beginning" : damaged.Path)}", where);
        }

        if (document?.Groups is not { } entries)
        {
            throw Invalid("it has no groups", where);
        }

        var groups = new SortedDictionary<string, GroupPlan>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var group = entry?.GroupId is { Length: > 0 } name ? name : throw Invalid("a group has no group_id", where);
            if (!groups.TryAdd(group, new GroupPlan(group, Offsets(entry, where), Missing(entry))))
            {
                throw Invalid($"the group {group} stands there twice", where);
            }
        }

        return new OffsetResetPlan
        {
            GeneratedAt = Time(document.GeneratedAt) ?? DateTimeOffset.UnixEpoch,
            Strategy = document.Strategy ?? "unknown",
            BackupId = document.BackupId,
            TargetClusterId = document.TargetClusterId,
            BootstrapServers = document.TargetBootstrapServers ?? [],
            OffsetsFrom = document.OffsetsFrom,
            OffsetsTakenAt = Time(document.OffsetsTakenAt),
            Groups = [.. groups.Values],
        };
    }

    private static List<PlannedOffset> Offsets(PlanDocument.GroupEntry group, string where)
    {
        var offsets = new Dictionary<TargetPartition, PlannedOffset>();
        foreach (var entry in group.Partitions ?? [])
        {
            if (entry is not { Topic.Length: > 0, Partition: >= 0 })
            {
                throw Invalid($"group {group.GroupId}: an entry of partitions lacks its topic or partition", where);
            }

            var target = new TargetPartition(entry.Topic, entry.Partition.Value);
            var offset = entry.TargetOffset is >= 0 and { } number ? number : throw Invalid($"group {group.GroupId}, {target}: target_offset is {entry.TargetOffset?.ToString(CultureInfo.InvariantCulture) ?? "missing"}", where);
            if (!offsets.TryAdd(target, entry.ToOffset(target, offset)))
            {
                throw Invalid($"group {group.GroupId}: {target} stands there twice", where);
            }
        }

        return [.. offsets.Values.OrderBy(static offset => offset.Target.Topic, StringComparer.Ordinal).ThenBy(static offset => offset.Target.Partition)];
    }

    private static List<MissingOffset> Missing(PlanDocument.GroupEntry group) =>
        [.. (group.Missing ?? []).Where(static missing => missing?.Topic is not null)
            .Select(static missing => new MissingOffset(new SourceCommit(new PartitionName(missing.Topic!, missing.Partition), missing.SourceOffset), missing.Reason ?? "not said"))];

    private static DateTimeOffset? Time(long? milliseconds) =>
        milliseconds is >= 0 and < 253_402_300_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.Value) : null;

    private static RestoreException Invalid(string what, string where) => new(ErrorCodes.GroupFileInvalid, what, where);
}
