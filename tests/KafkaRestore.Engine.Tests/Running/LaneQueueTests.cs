using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Running;
using KafkaRestore.Kafka;

namespace KafkaRestore.Engine.Tests.Running;

public sealed class LaneQueueTests
{
    private static readonly Repartitioning s_five = new(PartitioningStrategy.Murmur2, 5);

    [Fact]
    public void Plain_lanes_come_one_by_one_in_order()
    {
        var queue = Queue(3, Plain("a", 2), Plain("a", 0), Plain("b", 0));
        Assert.Equal("a/2", Names(queue.Take()));
        Assert.Equal("a/0", Names(queue.Take()));
        Assert.Equal("b/0", Names(queue.Take()));
        Assert.Null(queue.Take());
    }

    [Fact]
    public void Lanes_that_read_together_come_together_and_one_group_at_a_time()
    {
        var queue = Queue(3, [Plain("a", 0), .. Spread("s"), Plain("b", 0), .. Spread("r"), Plain("c", 0)]);
        Assert.Equal("a/0", Names(queue.Take()));
        var first = queue.Take()!;
        Assert.Equal("s/0 s/1 s/2", Names(first));
        Assert.Equal("b/0", Names(queue.Take()));
        var plain = queue.Take()!;
        Assert.Equal("c/0", Names(plain));
        Assert.Null(queue.Take());
        queue.Finished(plain);
        Assert.Null(queue.Take());
        queue.Finished(first);
        var second = queue.Take()!;
        Assert.Equal("s/3 s/4", Names(second));
        Assert.Null(queue.Take());
        queue.Finished(second);
        Assert.Equal("r/0 r/1 r/2", Names(queue.Take()));
    }

    private static LaneQueue<LanePlan> Queue(int together, params IEnumerable<LanePlan> lanes) => new(lanes, static lane => lane, together);

    private static LanePlan Plain(string topic, int partition) => new() { Target = new TargetPartition(topic, partition), Sources = [] };

    private static IEnumerable<LanePlan> Spread(string topic) =>
        Enumerable.Range(0, s_five.TargetPartitions).Select(partition => new LanePlan { Target = new TargetPartition(topic, partition), Sources = [], Repartitioning = s_five });

    private static string Names(IReadOnlyList<LanePlan>? lanes) => string.Join(' ', lanes!.Select(lane => lane.Target));
}
