using System.Text.Json.Serialization;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>What consumer groups had committed at a moment, saved as a way back.</summary>
/// <param name="Id">Its id; see <see cref="SnapshotId"/>.</param>
/// <param name="CreatedAt">When it was taken.</param>
/// <param name="Groups">The groups by name, each once; one without offsets had committed nothing.</param>
public sealed record OffsetSnapshot(string Id, DateTimeOffset CreatedAt, IReadOnlyList<GroupOffsets> Groups)
{
    /// <summary>The id of the cluster; null when it is not known, as in snapshots of kafka-backup.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Where the cluster was reached, each <c>host:port</c>.</summary>
    public IReadOnlyList<string> BootstrapServers { get; init; } = [];

    /// <summary>What it was taken for, in somebody's words.</summary>
    public string? Description { get; init; }

    /// <summary>The restore that it was taken for.</summary>
    public string? RestoreId { get; init; }

    /// <summary>Number of committed offsets.</summary>
    public int OffsetCount => Groups.Sum(static group => group.Offsets.Count);

    /// <summary>What a list shows of it.</summary>
    public SnapshotSummary Summarise() => new(Id, CreatedAt, Groups.Count, OffsetCount, RestoreId, Description);
}

/// <summary>A snapshot in a list.</summary>
/// <param name="SnapshotId">Its id.</param>
/// <param name="CreatedAt">When it was taken.</param>
/// <param name="GroupCount">Number of groups.</param>
/// <param name="OffsetCount">Number of committed offsets.</param>
/// <param name="RestoreId">The restore that it was taken for; null for none.</param>
/// <param name="Description">What it was taken for; null for nothing said.</param>
public sealed record SnapshotSummary(
    string SnapshotId, [property: JsonConverter(typeof(UtcTimeConverter))] DateTimeOffset CreatedAt, int GroupCount, int OffsetCount, string? RestoreId = null, string? Description = null);
