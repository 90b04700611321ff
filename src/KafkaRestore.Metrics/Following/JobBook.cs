using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Running;

namespace KafkaRestore.Metrics.Following;

/// <summary>
/// The jobs whose numbers are shown: those that run, and the last that ended, so that who asks late still sees how they ended. Thread-safe.
/// </summary>
/// <param name="refresh">For how long a picture is good; zero: never longer than for one question.</param>
/// <param name="time">The clock.</param>
internal sealed class JobBook(TimeSpan refresh, TimeProvider time)
{
    /// <summary>Jobs without a run that are still shown.</summary>
    public const int MostEnded = 20;

    /// <summary>Topics of a job with numbers of their own.</summary>
    public const int MostTopics = 100;

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<(string, string?), FollowedJob> _jobs = [];
    private IReadOnlyList<JobPicture>? _pictures;
    private long _taken;

    /// <summary>Follows a run, or lanes of one.</summary>
    public FollowedRun Begin(RunLabels labels, RestoreProgress? progress, IReadOnlyList<LaneStatus> lanes, Action<RunOutcome, TimeSpan>? ended = null)
    {
        lock (_gate)
        {
            var key = (labels.RestoreId, labels.JobId);
            if (_jobs.Remove(key, out var job))
            {
                _jobs.Add(key, job); // now the newest
            }
            else
            {
                _jobs.Add(key, job = new FollowedJob(labels, MostTopics));
            }

            _pictures = null;
            var run = new FollowedRun(job, progress, lanes, ended);
            foreach (var forgotten in _jobs.Where(static known => !known.Value.IsActive).Reverse().Skip(MostEnded).ToList())
            {
                _jobs.Remove(forgotten.Key);
            }

            return run;
        }
    }

    /// <summary>The numbers of every job, all of the same moment.</summary>
    public IReadOnlyList<JobPicture> Look()
    {
        lock (_gate)
        {
            if (_pictures is null || time.GetElapsedTime(_taken) >= refresh)
            {
                _pictures = [.. _jobs.Values.Select(static job => job.Look())];
                _taken = time.GetTimestamp();
            }

            return _pictures;
        }
    }
}
