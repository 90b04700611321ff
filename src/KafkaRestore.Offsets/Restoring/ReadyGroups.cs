using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.Running;
using KafkaRestore.Offsets.Sources;

namespace KafkaRestore.Offsets.Restoring;

/// <summary>Which groups may be reset: those of which every partition that they have read is restored. Not thread-safe.</summary>
internal sealed class ReadyGroups
{
    private readonly Dictionary<string, (SourceGroup Group, LaneStatus[] Lanes)> _waiting;

    /// <param name="groups">The groups.</param>
    /// <param name="progress">The run.</param>
    public ReadyGroups(IReadOnlyList<SourceGroup> groups, RestoreProgress progress)
    {
        var lanes = progress.Lanes
            .SelectMany(static lane => lane.Lane.Sources, static (lane, source) => (Source: new PartitionName(source.Topic, source.Partition), lane))
            .ToLookup(static pair => pair.Source, static pair => pair.lane);
        _waiting = groups.ToDictionary(static group => group.Group, group => (group, group.Offsets.SelectMany(commit => lanes[commit.Partition]).Distinct().ToArray()), StringComparer.Ordinal);
    }

    /// <summary>Takes the groups that became ready since the last call, by name.</summary>
    public IReadOnlyList<SourceGroup> Take()
    {
        var ready = _waiting.Values.Where(static waiting => Array.TrueForAll(waiting.Lanes, static lane => lane.State == LaneState.Done)).Select(static waiting => waiting.Group)
            .OrderBy(static group => group.Group, StringComparer.Ordinal).ToList();
        foreach (var group in ready)
        {
            _waiting.Remove(group.Group);
        }

        return ready;
    }

    /// <summary>The groups that were not taken, with the first partition that they wait for; null when they wait for none.</summary>
    public IEnumerable<(SourceGroup Group, LaneStatus? Lane)> Left => _waiting.Values.Select(static waiting => (waiting.Group, waiting.Lanes.FirstOrDefault(static lane => lane.State != LaneState.Done)));
}
