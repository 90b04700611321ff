using KafkaRestore.Kafka;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Scenarios;

internal sealed partial class Scenario
{
    /// <summary>The official client finds in the target what the archive holds, each record once and in order, and the offset maps say where.</summary>
    public async Task MustBeExactAsync()
    {
        var found = await DumpAsync();
        MustHoldExactly(found, Lanes);
        await MapJudge.JudgeAsync(this, found);
    }

    /// <summary>The target's records by partition, as the official client reads them.</summary>
    public async Task<IReadOnlyDictionary<TargetPartition, IReadOnlyList<ConsumedRecord>>> DumpAsync()
    {
        var found = new Dictionary<TargetPartition, IReadOnlyList<ConsumedRecord>>();
        foreach (var topic in Topics)
        {
            var dump = await ConsumedRecordDump.ReadAsync(Broker.BootstrapServers, topic);
            foreach (var lane in Lanes.Where(lane => lane.Target.Topic == topic))
            {
                found[lane.Target] = dump.GetValueOrDefault(lane.Target.Partition, []);
            }
        }

        return found;
    }

    /// <summary>How many records stand in the target, without markers.</summary>
    public async Task<long> CountAsync()
    {
        long count = 0;
        foreach (var lane in Lanes)
        {
            count += (await Broker.ReadAsync(lane.Target.Topic, lane.Target.Partition)).Count;
        }

        return count;
    }

    /// <summary>Each of the lanes holds its stream and nothing else.</summary>
    public static void MustHoldExactly(IReadOnlyDictionary<TargetPartition, IReadOnlyList<ConsumedRecord>> found, IEnumerable<ExpectedLane> lanes)
    {
        foreach (var lane in lanes)
        {
            LogJudge.Judge(lane.Target.ToString(), [.. lane.Stream.Select(item => item.Record)], found[lane.Target]);
        }
    }
}
