using KafkaRestore.Engine.OffsetMaps.Rebuilding;

namespace KafkaRestore.Jobs.Progress;

/// <summary>A running rebuild on one line. For one thread, which calls it at regular times.</summary>
internal sealed class RebuildView(MapRebuild rebuild, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private readonly RateWindow _rate = new(Window, time);

    /// <summary>How far it is.</summary>
    public string Status()
    {
        var records = rebuild.Lanes.Sum(lane => lane.Read);
        _rate.Add(records, rebuild.Lanes.Sum(lane => lane.Bytes));
        var ended = rebuild.Lanes.Count(lane => lane.State is LaneRebuildState.Done or LaneRebuildState.Failed);
        return $"{Show.Count(records, "record")} read, {Show.Count(ended)} of {Show.Count(rebuild.Lanes.Count, "partition")}  {Show.Count((long)_rate.Records)} records/s  {Show.Size(_rate.Bytes)}/s";
    }
}
