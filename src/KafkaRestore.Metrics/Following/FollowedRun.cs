using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Running;

namespace KafkaRestore.Metrics.Following;

/// <summary>A run, or lanes of one, while its numbers are shown. Ends when disposed; what it counted stays.</summary>
public sealed class FollowedRun : IDisposable
{
    private readonly FollowedJob _job;
    private readonly RestoreProgress? _progress;
    private readonly IReadOnlyList<LaneStatus> _lanes;
    private readonly Action<RunOutcome, TimeSpan>? _ended;
    private RunOutcome _outcome;
    private int _disposed;

    internal FollowedRun(FollowedJob job, RestoreProgress? progress, IReadOnlyList<LaneStatus> lanes, Action<RunOutcome, TimeSpan>? ended)
    {
        (_job, _progress, _lanes, _ended) = (job, progress, lanes, ended);
        job.Begin(this);
    }

    /// <summary>Its lanes.</summary>
    internal IReadOnlyList<LaneStatus> Lanes => _lanes;

    /// <summary>The whole run; null where only lanes are followed.</summary>
    internal RestoreProgress? Progress => _progress;

    /// <summary>Says how it ends; before <see cref="Dispose"/>. What says nothing has failed.</summary>
    public void Ends(RunOutcome outcome) => _outcome = outcome;

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _job.End(this, _progress is null ? RunOutcome.Success : _outcome);
        if (_progress is { } progress)
        {
            _ended?.Invoke(_outcome, progress.Elapsed);
        }
    }
}
