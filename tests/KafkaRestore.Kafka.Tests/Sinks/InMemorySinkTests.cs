using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Sinks;

public sealed class InMemorySinkTests : RecordSinkConformance
{
    protected override Task<SinkStage> StageAsync()
    {
        var factory = new InMemorySinkFactory();
        var target = new TargetPartition("memory", 0);
        return Task.FromResult(new SinkStage(factory, target, () => Task.FromResult(factory.Log(target))));
    }
}
