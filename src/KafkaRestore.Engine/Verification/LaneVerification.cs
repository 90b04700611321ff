using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Verification.Comparison;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Verification;

/// <summary>How the comparison of one lane stands; may be read at any time from any thread.</summary>
public sealed class LaneVerification(LanePlan lane)
{
    private long _expected;
    private long _found;
    private long _bytes;

    /// <summary>The lane.</summary>
    public LanePlan Lane { get; } = lane;

    /// <summary>How far it is.</summary>
    public LaneVerificationState State { get; private set; }

    /// <summary>Target offsets that are compared; null before they are known.</summary>
    public PartitionRange? Range { get; internal set; }

    /// <summary>Records of the archive so far.</summary>
    public long Expected => Interlocked.Read(ref _expected);

    /// <summary>Records of the target so far, newer ones included.</summary>
    public long Found => Interlocked.Read(ref _found);

    /// <summary>Bytes of the target's records so far, as they are in memory.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>What the comparison found; null before its end, unless a difference was found before it was broken off.</summary>
    public LaneVerdict? Verdict { get; private set; }

    /// <summary>Why it could not be compared to the end; null otherwise.</summary>
    public RestoreException? Failure { get; private set; }

    internal void Begin() => State = LaneVerificationState.Running;

    internal void AddExpected(long records) => Interlocked.Add(ref _expected, records);

    internal void AddFound(long records, long bytes)
    {
        Interlocked.Add(ref _found, records);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal void End(LaneVerdict verdict)
    {
        Verdict = verdict;
        State = verdict.Difference is null ? LaneVerificationState.Equal : LaneVerificationState.Different;
    }

    /// <summary>Ends it before its end; a difference that was found already stands in the report.</summary>
    internal void Fail(RestoreException failure, LaneVerdict? soFar)
    {
        Failure = failure;
        Verdict = soFar;
        State = LaneVerificationState.Failed;
    }

    /// <summary>Ends it on request; a difference that was found already stands in the report.</summary>
    internal void Stop(LaneVerdict? soFar)
    {
        Verdict = soFar;
        State = LaneVerificationState.Stopped;
    }
}

/// <summary>How far the comparison of a lane is.</summary>
public enum LaneVerificationState
{
    /// <summary>Not begun.</summary>
    Waiting,

    /// <summary>Under way.</summary>
    Running,

    /// <summary>Read to both ends, no difference.</summary>
    Equal,

    /// <summary>Read to both ends, and there is a difference.</summary>
    Different,

    /// <summary>It could not be compared to the end.</summary>
    Failed,

    /// <summary>Stopped on request before the end.</summary>
    Stopped,
}
