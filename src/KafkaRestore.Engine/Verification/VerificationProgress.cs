using KafkaRestore.Engine.Planning;

namespace KafkaRestore.Engine.Verification;

/// <summary>How far a comparison is; may be read at any time from any thread.</summary>
public sealed class VerificationProgress
{
    private readonly TimeProvider _time;
    private readonly long _started;

    /// <summary>Creates the progress of a comparison that begins now.</summary>
    public VerificationProgress(RestorePlan plan, TimeProvider time)
    {
        Plan = plan;
        _time = time;
        _started = time.GetTimestamp();
        StartedAt = time.GetUtcNow();
        Lanes = [.. plan.Lanes.Select(lane => new LaneVerification(lane))];
    }

    /// <summary>The plan whose target is compared.</summary>
    public RestorePlan Plan { get; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>Every lane, in the plan's order.</summary>
    public IReadOnlyList<LaneVerification> Lanes { get; }

    /// <summary>Time since it began.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_started);

    /// <summary>Records of the target read so far.</summary>
    public long Found => Lanes.Sum(lane => lane.Found);

    /// <summary>Bytes of them, as they are in memory.</summary>
    public long Bytes => Lanes.Sum(lane => lane.Bytes);
}
