using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Engine.Lanes;

/// <summary>Everything that one lane works with.</summary>
internal sealed record LaneWork
{
    /// <summary>Where it goes on.</summary>
    public required LaneStart Start { get; init; }

    /// <summary>Target offset at which the lane began, in whatever run that was.</summary>
    public required long Baseline { get; init; }

    /// <summary>What happens to each source's records.</summary>
    public required IReadOnlyList<SourceCounters> Counters { get; init; }

    /// <summary>The rest of its stream.</summary>
    public required LaneFeed Feed { get; init; }

    /// <summary>What it has done.</summary>
    public required LaneJournal Journal { get; init; }

    /// <summary>Where that is kept.</summary>
    public required LaneCheckpoints Checkpoints { get; init; }

    /// <summary>What its sink is told.</summary>
    public required SinkLane SinkLane { get; init; }

    /// <summary>Records that must be accounted for at the end; null where segments are taken at their word or the archive has lost some that were done.</summary>
    public long? RecordsPlanned { get; init; }
}
