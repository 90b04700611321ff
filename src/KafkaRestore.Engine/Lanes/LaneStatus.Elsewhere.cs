using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Running;

namespace KafkaRestore.Engine.Lanes;

/// <summary>A lane that another process carries out.</summary>
public sealed partial class LaneStatus
{
    private LaneReport? _followed;
    private bool _isFollowing;
    private long _recognisedBefore;
    private long _retriesBefore;

    /// <summary>Where it is carried out; null: in this process, or nowhere.</summary>
    public string? Place { get; internal set; }

    /// <summary>The lane as another process is told of it.</summary>
    /// <param name="number">Its number in the job.</param>
    internal LaneReport ReportAs(int number) => new()
    {
        Lane = number,
        State = State,
        Failure = LaneFailure.Of(Failure),
        Baseline = Baseline,
        TargetEnd = TargetEnd,
        Sent = Sent,
        Acknowledged = Acknowledged,
        AcknowledgedBytes = AcknowledgedBytes,
        AccountedFor = AccountedFor,
        Recognised = Recognised,
        RestoredBefore = RestoredBefore,
        RestoredBytesBefore = RestoredBytesBefore,
        Retries = Retries,
        LimiterWait = LimiterWait,
        SinceCheckpoint = SinceCheckpoint,
        Trouble = Trouble,
        Warning = Warning,
    };

    /// <summary>Takes over what the process that carries the lane out says of it, while it runs.</summary>
    internal void Follow(LaneReport report)
    {
        if (report.State is LaneState.Waiting)
        {
            return;
        }

        if (!_isFollowing)
        {
            // What was restored before this run began, not before the lane moved.
            _isFollowing = true;
            RestoredBefore = report.RestoredBefore;
            RestoredBytesBefore = report.RestoredBytesBefore;
        }

        Baseline = report.Baseline;
        Recognised = _recognisedBefore + report.Recognised;
        Warning = report.Warning;
        Interlocked.Exchange(ref _retries, _retriesBefore + report.Retries);
        Interlocked.Exchange(ref _limiterWait, report.LimiterWait.Ticks);
        Interlocked.Exchange(ref _lastCheckpoint, report.SinceCheckpoint is { } since ? _time.GetTimestamp() - (long)(since.TotalSeconds * _time.TimestampFrequency) : 0);
        if (report.Acknowledged != Interlocked.Exchange(ref _acknowledged, report.Acknowledged) || State != LaneState.Running)
        {
            Interlocked.Exchange(ref _lastAcknowledgement, _time.GetTimestamp());
        }

        Interlocked.Exchange(ref _acknowledgedBytes, report.AcknowledgedBytes);
        Interlocked.Exchange(ref _sent, report.Sent);
        Interlocked.Exchange(ref _targetEnd, report.TargetEnd);
        Volatile.Write(ref _trouble, report.Trouble);
        Volatile.Write(ref _followed, report);
        Set(LaneState.Running, null);
    }

    /// <summary>The process that carried the lane out is gone, or has given it back: another one goes on with it.</summary>
    internal void Moved()
    {
        _recognisedBefore = Recognised;
        _retriesBefore = Retries;
    }

    /// <summary>The lane has ended elsewhere: what it did stands in its checkpoint.</summary>
    /// <param name="start">What the checkpoint says.</param>
    /// <param name="baseline">Where the lane began.</param>
    /// <param name="backupId">The archive.</param>
    /// <param name="skips">What it has left out.</param>
    /// <param name="report">The last that was said of it.</param>
    internal void Settle(LaneStart start, long baseline, string backupId, IReadOnlyList<Skip> skips, LaneReport report)
    {
        Follow(report);
        var (records, bytes) = (RestoredBefore, RestoredBytesBefore);
        Recall(start, baseline, backupId, skips, isDone: report.State == LaneState.Done);
        (RestoredBefore, RestoredBytesBefore) = (records, bytes);
        Volatile.Write(ref _followed, null);
        End(report.State, report.Failure?.ToException());
    }
}
