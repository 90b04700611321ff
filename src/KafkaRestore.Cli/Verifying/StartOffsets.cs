using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Verifying;

/// <summary>Where the restored records of each partition begin: as a report says, and as was typed, which wins.</summary>
internal sealed class StartOffsets
{
    private readonly IReadOnlyList<StartOffset> _typed;

    public StartOffsets(IReadOnlyList<StartOffset> reported, IReadOnlyList<StartOffset> typed)
    {
        _typed = typed;
        var all = reported.ToDictionary(start => start.Target, start => start.Offset);
        foreach (var start in typed)
        {
            all[start.Target] = start.Offset;
        }

        ByPartition = all;
    }

    /// <summary>All of them.</summary>
    public IReadOnlyDictionary<TargetPartition, long> ByPartition { get; }

    /// <summary>Refuses a partition that was typed and that the plan does not write.</summary>
    /// <exception cref="RestoreException">USAGE.</exception>
    public void Require(RestorePlan plan)
    {
        var targets = plan.Lanes.Select(lane => lane.Target).ToHashSet();
        foreach (var start in _typed.Where(start => !targets.Contains(start.Target)))
        {
            throw new RestoreException(ErrorCodes.Usage, $"the restore writes nothing into {start.Target}", "--start-at", "Name a target topic and partition; `kafka-restore validate-restore` lists the topics.");
        }
    }
}
