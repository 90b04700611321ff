using System.Text.Json.Serialization;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Offsets.Resetting;

/// <summary>What became of one group.</summary>
public sealed record GroupOutcome
{
    /// <summary>Its id.</summary>
    public required string GroupId { get; init; }

    /// <summary>What became of it.</summary>
    public required GroupOutcomeState State { get; init; }

    /// <summary>Partitions whose offset and words are as they should be, read back.</summary>
    public int PartitionsReset { get; init; }

    /// <summary>The others.</summary>
    public int PartitionsFailed { get; init; }

    /// <summary>Why the whole group is not reset; null when that is a matter of single partitions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GroupProblem? Problem { get; init; }

    /// <summary>What went wrong with single partitions, by topic and partition.</summary>
    public IReadOnlyList<PartitionProblem> Errors { get; init; } = [];

    /// <summary>Who reads in it; empty unless that is why it was left alone.</summary>
    public IReadOnlyList<GroupMember> Members { get; init; } = [];

    /// <summary>How long its commit took.</summary>
    [JsonPropertyName("duration_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Duration { get; init; }

    /// <summary>How often its commit was asked for again.</summary>
    public int RetryAttempts { get; init; }
}

/// <summary>What became of a group.</summary>
public enum GroupOutcomeState
{
    /// <summary>Every offset is committed and was read back.</summary>
    Reset,

    /// <summary>A commit was tried, and at least one offset is not as it should be, or is not known to be.</summary>
    Failed,

    /// <summary>Nothing was committed: the group was not touched.</summary>
    Skipped,
}

/// <summary>Why a whole group is not reset.</summary>
/// <param name="Code">A stable word: <c>GROUP_ACTIVE</c>, <c>SHARE_GROUP</c>, <c>NOT_BEGUN</c>, <c>READ_BACK_FAILED</c>, or Kafka's name for the error.</param>
/// <param name="Message">For a person.</param>
public sealed record GroupProblem(string Code, string Message);

/// <summary>Why an offset is not as it should be.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="ErrorCode">Kafka's error code; negative for what no broker said.</param>
/// <param name="Error">Its name; <c>READ_BACK_DIFFERS</c> where the commit was acknowledged and something else stands there.</param>
/// <param name="Message">For a person.</param>
public sealed record PartitionProblem(string Topic, int Partition, int ErrorCode, string Error, string Message);
