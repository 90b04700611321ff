using System.Collections.Concurrent;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Steering;

namespace KafkaRestore.Engine.Running;

/// <summary>How far a run is; may be read at any time from any thread.</summary>
public sealed class RestoreProgress
{
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly ConcurrentQueue<string> _warnings = new();

    /// <summary>Creates the progress of a run that begins now.</summary>
    public RestoreProgress(RestorePlan plan, TimeProvider time)
    {
        Plan = plan;
        _time = time;
        _started = time.GetTimestamp();
        StartedAt = time.GetUtcNow();
        Lanes = [.. plan.Lanes.Select(lane => new LaneStatus(lane, time))];
    }

    /// <summary>The plan being carried out.</summary>
    public RestorePlan Plan { get; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>Every lane, in the plan's order.</summary>
    public IReadOnlyList<LaneStatus> Lanes { get; }

    /// <summary>What was steered under way.</summary>
    public SteeringLog Steering { get; } = new();

    /// <summary>What a person should know of the run beside its lanes, in order.</summary>
    public IReadOnlyCollection<string> Warnings => _warnings;

    /// <summary>Time since it began.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_started);

    /// <summary>Records acknowledged.</summary>
    public long Records => Lanes.Sum(lane => lane.Acknowledged);

    /// <summary>Uncompressed bytes of them.</summary>
    public long Bytes => Lanes.Sum(lane => lane.AcknowledgedBytes);

    /// <summary>Records accounted for, those left out on purpose included: what the percentage counts.</summary>
    public long RecordsAccountedFor => Lanes.Sum(lane => lane.AccountedFor);

    /// <summary>Adds a warning; the caller keeps their number bounded.</summary>
    internal void Warn(string warning) => _warnings.Enqueue(warning);
}
