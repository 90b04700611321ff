using KafkaRestore.Engine.Lanes;

namespace KafkaRestore.Metrics.Following;

/// <summary>One restore in this process: its runs one after the other, whose counts add up. Thread-safe.</summary>
/// <param name="labels">Whose numbers they are.</param>
/// <param name="mostTopics">Topics with numbers of their own.</param>
internal sealed class FollowedJob(RunLabels labels, int mostTopics)
{
    /// <summary>Under which topics are counted that have no numbers of their own; no topic can be called so.</summary>
    public const string OtherTopics = "(other)";

    private const string RunFailed = "RUN_FAILED";

    private readonly Lock _gate = new();
    private readonly List<FollowedRun> _runs = [];
    private readonly HashSet<string> _topics = new(StringComparer.Ordinal);
    private readonly RunCounts _ended = new();
    private LaneGauges _lanesAtEnd = new();
    private RunGauges? _runAtEnd;

    /// <summary>Whether a run of it is under way.</summary>
    public bool IsActive
    {
        get
        {
            lock (_gate)
            {
                return _runs.Count > 0;
            }
        }
    }

    /// <summary>A run begins.</summary>
    public void Begin(FollowedRun run)
    {
        lock (_gate)
        {
            // The largest topics are told apart; a topic that has its numbers keeps them.
            foreach (var topic in run.Lanes.GroupBy(static lane => lane.Lane.Target.Topic).OrderByDescending(static topic => topic.Sum(static lane => lane.Lane.RecordCount)).ThenBy(static topic => topic.Key, StringComparer.Ordinal))
            {
                if (_topics.Count >= mostTopics)
                {
                    break;
                }

                _topics.Add(topic.Key);
            }

            _runs.Add(run);
        }
    }

    /// <summary>A run has ended.</summary>
    public void End(FollowedRun run, RunOutcome outcome)
    {
        lock (_gate)
        {
            _runs.Remove(run);
            Count(run, _ended);
            if (outcome is RunOutcome.Failure or RunOutcome.Refused && !run.Lanes.Any(static lane => lane.State == LaneState.Failed))
            {
                _ended.AddError(RunFailed);
            }

            _lanesAtEnd = Gauge([run]);
            _runAtEnd = run.Progress is { } progress ? RunGauges.Of(progress) : null;
        }
    }

    /// <summary>Its numbers now.</summary>
    public JobPicture Look()
    {
        lock (_gate)
        {
            var counts = new RunCounts();
            counts.Add(_ended);
            _runs.ForEach(run => Count(run, counts));
            var whole = _runs.FindLast(static run => run.Progress is not null)?.Progress;
            return _runs.Count == 0
                ? new JobPicture(labels, counts, _lanesAtEnd, _runAtEnd)
                : new JobPicture(labels, counts, Gauge(_runs), whole is null ? null : RunGauges.Of(whole));
        }
    }

    private void Count(FollowedRun run, RunCounts counts)
    {
        foreach (var lane in run.Lanes)
        {
            var topic = lane.Lane.Target.Topic;
            counts.Add(lane, _topics.Contains(topic) ? topic : OtherTopics);
        }
    }

    private static LaneGauges Gauge(IEnumerable<FollowedRun> runs)
    {
        var gauges = new LaneGauges();
        foreach (var lane in runs.SelectMany(static run => run.Lanes))
        {
            gauges.Add(lane);
        }

        return gauges;
    }
}
