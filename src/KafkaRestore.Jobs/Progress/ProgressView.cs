using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Running;

namespace KafkaRestore.Jobs.Progress;

/// <summary>A running restore as text. For one thread; call <see cref="Sample"/> at regular times.</summary>
internal sealed class ProgressView(RestoreProgress progress, TimeProvider time)
{
    private const int NamesShown = 4;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Trouble = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly RateWindow _restored = new(Window, time);
    private readonly RateWindow _accounted = new(Window, time);
    private int _changesTold;
    private int _refusalsTold;
    private int _warningsTold;
    private readonly HashSet<LaneStatus> _ended = [];

    /// <summary>Records restored a second, over the last seconds.</summary>
    public double RecordsPerSecond => _restored.Records;

    /// <summary>Uncompressed bytes restored a second, over the last seconds.</summary>
    public double BytesPerSecond => _restored.Bytes;

    /// <summary>What is left at the speed of the last seconds; null where nobody can say.</summary>
    public TimeSpan? Left => _accounted.Records > 0 && progress.RecordsAccountedFor is var accounted && accounted < progress.Plan.RecordCount
        ? TimeSpan.FromSeconds((progress.Plan.RecordCount - accounted) / _accounted.Records)
        : null;

    /// <summary>What is about to be done.</summary>
    public string Opening()
    {
        var plan = progress.Plan;
        return $"Restoring {Show.Count(plan.RecordCount, "record")} ({Show.Size(plan.UncompressedBytes)}) of {Show.Count(plan.SegmentCount, "segment")} " +
            $"into {Show.Count(plan.Lanes.Count, "partition")} of {Show.Count(plan.Topics.Count, "topic")}";
    }

    /// <summary>Takes where the counts stand now.</summary>
    public void Sample()
    {
        // What earlier runs have done comes in at once and is no speed of this one.
        var before = progress.Lanes.Sum(lane => lane.RestoredBefore);
        _restored.Add(progress.Records - before, progress.Bytes - progress.Lanes.Sum(lane => lane.RestoredBytesBefore));
        _accounted.Add(progress.RecordsAccountedFor - before, 0);
    }

    /// <summary>Says what happened beside the lanes since the last call, a line for each: limits that were changed, warnings.</summary>
    public void TellNews(ConsoleLog log)
    {
        foreach (var change in progress.Steering.Changes.Skip(_changesTold))
        {
            log.Message($"limit changed at {LimitText.Of(change)}");
            _changesTold++;
        }

        Tell(progress.Steering.Warnings, ref _refusalsTold);
        Tell(progress.Warnings, ref _warningsTold);
        foreach (var lane in progress.Lanes.Where(lane => lane is { State: LaneState.Done or LaneState.Failed, WasDoneBefore: false } && _ended.Add(lane)))
        {
            // Its failure is told as one in the report; here it says when it happened, and where.
            log.OfLane(lane.Lane.Target.ToString(), lane.Failure is { } failure
                ? new LogLine(LineLevel.Warning, $"failed: {failure.Describe()}") { Failure = failure }
                : new LogLine(LineLevel.Info, $"done: {Show.Count(lane.Acknowledged, "record")}"));
        }

        void Tell(IEnumerable<string> warnings, ref int told)
        {
            foreach (var warning in warnings.Skip(told))
            {
                log.Warning(warning);
                told++;
            }
        }
    }

    /// <summary>The whole run on one line.</summary>
    public string Summary()
    {
        var total = progress.Plan.RecordCount;
        var accounted = progress.RecordsAccountedFor;
        var leftOut = accounted - progress.Records;
        var left = Left is { } time ? $", {Show.Duration(time)} left" : "";
        return $"{Show.Percent(total == 0 ? 1 : (double)accounted / total)}  {Show.Count(accounted)} of {Show.Count(total, "record")}{(leftOut > 0 ? $", {Show.Count(leftOut)} of them left out" : "")}  " +
            $"{Show.Count((long)_restored.Records)} records/s  {Show.Size(_restored.Bytes)}/s  {Show.Duration(progress.Elapsed)}{left}";
    }

    /// <summary>Lanes that wait: for the target, with what it says, or for an acknowledgement for long; null when none do.</summary>
    public string? Silent()
    {
        var waiting = progress.Lanes.Where(lane => lane.SinceAcknowledgement >= Trouble).Select(lane => (Lane: lane, Why: lane.Trouble)).ToList();
        var silent = waiting.Where(lane => lane.Why is null && lane.Lane.SinceAcknowledgement >= Silence).Select(lane => lane.Lane).ToList();
        string?[] parts =
        [
            .. waiting.Where(lane => lane.Why is not null).GroupBy(lane => lane.Why!, lane => lane.Lane)
                .Select(same => $"waiting for the target: {Names([.. same])}: {Printable.Line(same.Key)}"),
            silent.Count == 0 ? null : $"no acknowledgement: {Names(silent)}",
        ];
        return parts.Any(part => part is not null) ? string.Join("; ", parts.OfType<string>()) : null;
    }

    private static string Names(List<LaneStatus> lanes) =>
        string.Join(", ", lanes.Take(NamesShown).Select(lane => $"{lane.Lane.Target} ({Show.Duration(lane.SinceAcknowledgement)})")) +
        (lanes.Count > NamesShown ? $" and {lanes.Count - NamesShown} more" : "");

    /// <summary>How the lanes stand: <c>3 done, 4 running, 1 failed, 2 waiting</c>.</summary>
    public string Lanes() => Counts(progress.Lanes);

    /// <summary>Every target topic, those that are worked on first.</summary>
    public IReadOnlyList<TopicState> Topics() =>
        [.. progress.Lanes.GroupBy(lane => lane.Lane.Target.Topic)
            .Select(topic => new TopicState(
                topic.Key,
                Counts(topic),
                topic.Any(lane => lane.State == LaneState.Running),
                topic.Any(lane => lane.State == LaneState.Failed),
                topic.Sum(lane => lane.AccountedFor),
                topic.Sum(lane => lane.Lane.RecordCount)))
            .OrderByDescending(topic => topic.Failed)
            .ThenByDescending(topic => topic.Running)
            .ThenBy(topic => topic.Accounted >= topic.Planned)
            .ThenBy(topic => topic.Name, StringComparer.Ordinal)];

    private static string Counts(IEnumerable<LaneStatus> lanes)
    {
        var states = lanes.GroupBy(lane => lane.State).ToDictionary(group => group.Key, group => group.Count());
        LaneState[] order = [LaneState.Done, LaneState.Running, LaneState.Failed, LaneState.Stopped, LaneState.Waiting];
        return string.Join(", ", order.Where(states.ContainsKey).Select(state => $"{Show.Count(states[state])} {state.ToString().ToLowerInvariant()}"));
    }
}

/// <summary>How one target topic stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">Its partitions in words.</param>
/// <param name="Running">Whether any is worked on.</param>
/// <param name="Failed">Whether any failed.</param>
/// <param name="Accounted">Records accounted for.</param>
/// <param name="Planned">Records planned.</param>
internal sealed record TopicState(string Name, string Partitions, bool Running, bool Failed, long Accounted, long Planned);
