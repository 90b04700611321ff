using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>A snapshot as JSON: the fields of kafka-backup's <c>snapshot.json</c>, in their order.</summary>
/// <param name="SnapshotId">Its id.</param>
/// <param name="CreatedAt">When it was taken, RFC 3339.</param>
/// <param name="GroupOffsets">The groups by name.</param>
/// <param name="RestoreId">The restore that it was taken for.</param>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="BootstrapServers">Where the cluster was reached.</param>
/// <param name="Description">What it was taken for.</param>
public sealed record SnapshotDocument(
    string SnapshotId,
    [property: JsonConverter(typeof(UtcTimeConverter))] DateTimeOffset CreatedAt,
    IReadOnlyDictionary<string, SnapshotDocument.Group> GroupOffsets,
    string? RestoreId = null,
    string? ClusterId = null,
    IReadOnlyList<string>? BootstrapServers = null,
    string? Description = null)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>A group.</summary>
    /// <param name="GroupId">Its id.</param>
    /// <param name="Offsets">Its offsets by topic and partition.</param>
    /// <param name="PartitionCount">Number of offsets.</param>
    public sealed record Group(string GroupId, IReadOnlyDictionary<string, IReadOnlyDictionary<string, Commit>> Offsets, int PartitionCount = 0);

    /// <summary>A committed offset.</summary>
    /// <param name="Offset">The next offset to read.</param>
    /// <param name="Metadata">The words committed with it.</param>
    /// <param name="Timestamp">Not used.</param>
    public sealed record Commit(long Offset, string? Metadata = null, JsonElement? Timestamp = null);

    /// <summary>The document of a snapshot.</summary>
    public static SnapshotDocument Of(OffsetSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new SnapshotDocument(
            snapshot.Id,
            snapshot.CreatedAt,
            snapshot.Groups.ToDictionary(static group => group.Group, Of, StringComparer.Ordinal),
            snapshot.RestoreId,
            snapshot.ClusterId,
            snapshot.BootstrapServers,
            snapshot.Description);
    }

    /// <summary>As bytes.</summary>
    public static byte[] Write<T>(T document) => JsonSerializer.SerializeToUtf8Bytes(document, Options);

    /// <summary>The summary in <c>metadata.json</c>.</summary>
    /// <exception cref="RestoreException">GROUP_FILE_INVALID.</exception>
    public static SnapshotSummary ReadSummary(ReadOnlySpan<byte> json, string where) => Read<SnapshotSummary>(json, where);

    /// <summary>The snapshot in <c>snapshot.json</c>.</summary>
    /// <exception cref="RestoreException">GROUP_FILE_INVALID.</exception>
    public static OffsetSnapshot ReadSnapshot(ReadOnlySpan<byte> json, string where)
    {
        var document = Read<SnapshotDocument>(json, where);
        return new OffsetSnapshot(
            document.SnapshotId,
            document.CreatedAt,
            [.. document.GroupOffsets.OrderBy(static group => group.Key, StringComparer.Ordinal).Select(group => ReadGroup(group.Key, group.Value, where))])
        {
            RestoreId = document.RestoreId,
            ClusterId = document.ClusterId,
            BootstrapServers = document.BootstrapServers ?? [],
            Description = document.Description,
        };
    }

    private static Group Of(GroupOffsets group) => new(
        group.Group,
        group.Offsets.GroupBy(static offset => offset.Key.Topic).OrderBy(static topic => topic.Key, StringComparer.Ordinal).ToDictionary(
            static topic => topic.Key,
            static topic => (IReadOnlyDictionary<string, Commit>)topic.OrderBy(static offset => offset.Key.Partition).ToDictionary(
                static offset => offset.Key.Partition.ToString(CultureInfo.InvariantCulture),
                static offset => new Commit(offset.Value.Offset, string.IsNullOrEmpty(offset.Value.Metadata) ? null : offset.Value.Metadata, null),
                StringComparer.Ordinal),
            StringComparer.Ordinal),
        group.Offsets.Count);

    private static GroupOffsets ReadGroup(string name, Group group, string where)
    {
        var offsets = new Dictionary<TargetPartition, CommittedOffset>();
        foreach (var (topic, partitions) in group.Offsets)
        {
            foreach (var (number, commit) in partitions)
            {
                var place = $"group_offsets.{name}.offsets.{topic}.{number}";
                if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var partition) || commit.Offset < -1)
                {
                    throw Damaged(where, $"{place} is no partition with an offset");
                }

                if (commit.Offset >= 0) // -1 is nothing committed
                {
                    offsets[new TargetPartition(topic, partition)] = new CommittedOffset(commit.Offset, commit.Metadata);
                }
            }
        }

        return group.GroupId == name ? new GroupOffsets(name, offsets) : throw Damaged(where, $"group_offsets.{name} says that it is the group {group.GroupId}");
    }

    private static T Read<T>(ReadOnlySpan<byte> json, string where)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw Damaged(where, "it is null");
        }
        catch (JsonException damage)
        {
            throw Damaged(where, damage.Path is { Length: > 2 } path ? $"the field {path[2..]} is missing or wrong" : $"the JSON is cut off or damaged in line {damage.LineNumber + 1}", damage);
        }
    }

    private static RestoreException Damaged(string where, string what, Exception? inner = null) =>
        new(ErrorCodes.GroupFileInvalid, $"the snapshot is damaged: {what}", where, "Use another snapshot, or bring the object back from a copy.", inner);
}
