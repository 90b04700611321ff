using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State.Checkpoints;
using KafkaRestore.Kafka;

namespace KafkaRestore.Engine.State;

/// <summary>A lane of a stored job. Its number never changes, however the plan orders lanes; nor do those of its sources.</summary>
public sealed class JobLane
{
    internal JobLane(int number, TargetPartition target, IReadOnlyList<LaneGeneration> generations, IReadOnlyList<LaneSource> selected, long recordsRecorded)
    {
        Selected = selected;
        RecordsRecorded = recordsRecorded;
        Number = number;
        Target = target;
        Generations = generations;
    }

    /// <summary>Its number in the job, from 0; names its files.</summary>
    public int Number { get; }

    /// <summary>Where it goes.</summary>
    public TargetPartition Target { get; }

    /// <summary>Records in all segments that the job has recorded for it, those that the archive has lost since included.</summary>
    public long RecordsRecorded { get; }

    /// <summary>
    /// Its stream: one generation after the other, at least one. Every generation names all sources, those without a segment in it too, so that a source has the
    /// same index in each.
    /// </summary>
    public IReadOnlyList<LaneGeneration> Generations { get; }

    /// <summary>What the archive selects for it now, with what the job has decided of it; empty where the archive holds nothing of it any more.</summary>
    public IReadOnlyList<LaneSource> Selected { get; }

    /// <summary>Whether nothing is left to do for this lane.</summary>
    public bool IsFinished(LaneCheckpoint? checkpoint) =>
        checkpoint is not null && IsFinished(checkpoint.State, checkpoint.Position);

    internal bool IsFinished(LaneState state, StreamPosition position) =>
        state == LaneState.Done && position.Generation >= Generations[^1].Number;

    /// <inheritdoc/>
    public override string ToString() => $"{Target} (lane {Number})";
}

/// <summary>What a lane took from the archive at one time.</summary>
/// <param name="Number">From 1; not every lane has every number.</param>
/// <param name="Stream">The segments of this generation. What the archive has lost since, behind the lane's position, is not in it.</param>
public sealed record LaneGeneration(int Number, LanePlan Stream);
