using KafkaRestore.Api.Contracts;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Running;

namespace KafkaRestore.Jobs.Serving;

/// <summary>A run as the API shows it.</summary>
internal sealed class ServedProgress(RestoreProgress progress, TimeProvider time)
{
    private static readonly LaneState[] Order = [LaneState.Failed, LaneState.Running, LaneState.Stopped, LaneState.Waiting, LaneState.Done];

    private readonly ProgressView _view = new(progress, time);
    private readonly Lock _gate = new();

    /// <summary>Says what happened beside the lanes since the last call.</summary>
    public void TellNews(ConsoleLog log) => _view.TellNews(log);

    /// <summary>Takes where the counts stand now; once a second.</summary>
    public JobProgress Sample()
    {
        lock (_gate)
        {
            _view.Sample();
            return Now(isRunning: true);
        }
    }

    /// <summary>How far it is.</summary>
    public JobProgress Ended()
    {
        lock (_gate)
        {
            return Now(isRunning: false);
        }
    }

    /// <summary>Its lanes.</summary>
    /// <param name="silo">Where those run that do.</param>
    public IReadOnlyList<LaneInfo> Lanes(string silo) =>
        [.. progress.Lanes.OrderBy(static lane => Array.IndexOf(Order, lane.State)).Select(lane => Of(lane, silo))];

    /// <summary>Lanes at work.</summary>
    public int RunningLanes => progress.Lanes.Count(static lane => lane.State == LaneState.Running);

    private static LaneInfo Of(LaneStatus lane, string silo)
    {
        var state = lane.State;
        return new LaneInfo
        {
            Topic = lane.Lane.Target.Topic,
            Partition = lane.Lane.Target.Partition,
            State = Word(state),
            Records = lane.Acknowledged,
            RecordsAccountedFor = lane.AccountedFor,
            RecordsPlanned = lane.Lane.RecordCount,
            Bytes = lane.AcknowledgedBytes,
            TargetEnd = state == LaneState.Waiting ? null : lane.TargetEnd,
            Silo = state == LaneState.Running ? lane.Place ?? silo : null,
            Problem = lane.Failure?.Describe() ?? lane.Trouble,
        };
    }

    private JobProgress Now(bool isRunning)
    {
        var plan = progress.Plan;
        var accounted = progress.RecordsAccountedFor;
        var states = progress.Lanes.CountBy(static lane => lane.State).ToDictionary();
        return new JobProgress
        {
            Records = progress.Records,
            Bytes = progress.Bytes,
            RecordsAccountedFor = accounted,
            RecordsPlanned = plan.RecordCount,
            BytesPlanned = plan.UncompressedBytes,
            Percent = accounted >= plan.RecordCount ? 100 : Math.Floor(accounted * 1_000.0 / plan.RecordCount) / 10,
            RecordsPerSecond = isRunning ? Math.Round(_view.RecordsPerSecond, 1) : 0,
            BytesPerSecond = isRunning ? Math.Round(_view.BytesPerSecond, 1) : 0,
            SecondsLeft = isRunning && _view.Left is { } left ? Math.Round(left.TotalSeconds, 1) : null,
            Lanes = new LaneCounts(Count(LaneState.Waiting), Count(LaneState.Running), Count(LaneState.Done), Count(LaneState.Failed), Count(LaneState.Stopped)),
            Waiting = isRunning ? _view.Silent() : null,
        };

        int Count(LaneState state) => states.GetValueOrDefault(state);
    }

    private static string Word(LaneState state) => state.ToString().ToLowerInvariant();
}
