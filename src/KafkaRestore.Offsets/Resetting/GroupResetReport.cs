using System.Text.Json.Serialization;

namespace KafkaRestore.Offsets.Resetting;

/// <summary>What became of a reset. Made to be written as JSON with names in snake case, which are those that existing scripts read.</summary>
public sealed record GroupResetReport
{
    /// <summary>In one word.</summary>
    public required GroupResetStatus Status { get; init; }

    /// <summary>Groups in all.</summary>
    public int TotalGroups => GroupOutcomes.Count;

    /// <summary>Groups of which every offset is committed and was read back.</summary>
    public int SuccessfulGroups => GroupOutcomes.Count(static group => group.State == GroupOutcomeState.Reset);

    /// <summary>All others, those that were not touched included.</summary>
    public int FailedGroups => TotalGroups - SuccessfulGroups;

    /// <summary>Those of the failed groups that were not touched.</summary>
    public int SkippedGroups => GroupOutcomes.Count(static group => group.State == GroupOutcomeState.Skipped);

    /// <summary>Offsets that are as they should be.</summary>
    public int TotalOffsetsReset => GroupOutcomes.Sum(static group => group.PartitionsReset);

    /// <summary>The others.</summary>
    public int TotalOffsetsFailed => GroupOutcomes.Sum(static group => group.PartitionsFailed);

    /// <summary>Whether it was stopped on request before all groups had their turn.</summary>
    public bool Stopped { get; init; }

    /// <summary>The id of the snapshot that was taken before; null when none was asked for, or it did not come to that.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>Minutes for which the brokers keep offsets of a group without members; null when they do not say, or nobody asked.</summary>
    public long? OffsetRetentionMinutes { get; init; }

    /// <summary>Per group, in the order that they were given in.</summary>
    public required IReadOnlyList<GroupOutcome> GroupOutcomes { get; init; }

    /// <summary>From the first question to the last answer.</summary>
    [JsonPropertyName("duration_ms"), JsonConverter(typeof(MillisecondsConverter))]
    public required TimeSpan Duration { get; init; }

    /// <summary>How long each step took.</summary>
    public required GroupResetTimes Times { get; init; }

    /// <summary>How fast it went.</summary>
    public required GroupResetPerformance Performance { get; init; }
}

/// <summary>A reset in one word.</summary>
public enum GroupResetStatus
{
    /// <summary>Every group is reset.</summary>
    Success,

    /// <summary>Some are.</summary>
    PartialSuccess,

    /// <summary>None is.</summary>
    Failed,
}

/// <summary>How long each step took.</summary>
/// <param name="Describe">Looking at state and members.</param>
/// <param name="Wait">Waiting for groups with members.</param>
/// <param name="Read">Reading what was committed.</param>
/// <param name="Snapshot">Saving it.</param>
/// <param name="Commit">Committing.</param>
/// <param name="ReadBack">Reading back.</param>
public sealed record GroupResetTimes(
    [property: JsonPropertyName("describe_ms"), JsonConverter(typeof(MillisecondsConverter))] TimeSpan Describe,
    [property: JsonPropertyName("wait_ms"), JsonConverter(typeof(MillisecondsConverter))] TimeSpan Wait,
    [property: JsonPropertyName("read_ms"), JsonConverter(typeof(MillisecondsConverter))] TimeSpan Read,
    [property: JsonPropertyName("snapshot_ms"), JsonConverter(typeof(MillisecondsConverter))] TimeSpan Snapshot,
    [property: JsonPropertyName("commit_ms"), JsonConverter(typeof(MillisecondsConverter))] TimeSpan Commit,
    [property: JsonPropertyName("read_back_ms"), JsonConverter(typeof(MillisecondsConverter))] TimeSpan ReadBack);

/// <summary>How fast groups were committed; of those whose turn came.</summary>
public sealed record GroupResetPerformance
{
    /// <summary>The mean of their durations.</summary>
    [JsonPropertyName("avg_latency_ms"), JsonConverter(typeof(FractionalMillisecondsConverter))]
    public TimeSpan AvgLatency { get; init; }

    /// <summary>Half of them took no longer.</summary>
    [JsonPropertyName("p50_latency_ms"), JsonConverter(typeof(FractionalMillisecondsConverter))]
    public TimeSpan P50Latency { get; init; }

    /// <summary>99 % of them took no longer.</summary>
    [JsonPropertyName("p99_latency_ms"), JsonConverter(typeof(FractionalMillisecondsConverter))]
    public TimeSpan P99Latency { get; init; }

    /// <summary>Offsets by the time of the commits.</summary>
    public double OffsetsPerSecond { get; init; }

    /// <summary>Groups that were allowed to be under way at once.</summary>
    public int MaxConcurrency { get; init; }

    /// <summary>How often a commit was asked for again.</summary>
    public int TotalRetries { get; init; }

    /// <summary>Sums up.</summary>
    public static GroupResetPerformance Of(IEnumerable<GroupOutcome> tried, int offsets, TimeSpan committing, int mostAtOnce)
    {
        GroupOutcome[] sorted = [.. tried.OrderBy(static group => group.Duration)];
        return new GroupResetPerformance
        {
            AvgLatency = sorted.Length == 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)sorted.Average(static group => group.Duration.Ticks)),
            P50Latency = Percentile(sorted, 50),
            P99Latency = Percentile(sorted, 99),
            OffsetsPerSecond = committing > TimeSpan.Zero ? offsets / committing.TotalSeconds : 0,
            MaxConcurrency = mostAtOnce,
            TotalRetries = sorted.Sum(static group => group.RetryAttempts),
        };
    }

    // The nearest rank: the smallest value that so many percent do not exceed.
    private static TimeSpan Percentile(GroupOutcome[] sorted, int percent) =>
        sorted.Length == 0 ? TimeSpan.Zero : sorted[(((sorted.Length * percent) + 99) / 100) - 1].Duration;
}
