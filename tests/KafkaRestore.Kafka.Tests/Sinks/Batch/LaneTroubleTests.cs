using KafkaRestore.Kafka.Sinks.Batch;

namespace KafkaRestore.Kafka.Tests.Sinks.Batch;

public sealed class LaneTroubleTests
{
    [Fact]
    public void The_reason_stays_while_its_remedy_waits_for_something_else_and_only_changes_are_told()
    {
        var observer = new SinkRecorder();
        var trouble = new LaneTrouble(observer);

        trouble.Say("too few replicas");
        trouble.SayAside("no coordinator");
        trouble.SayAside("no coordinator");
        trouble.SayAside("too few replicas");
        trouble.SayAside(null);
        trouble.Say(null);
        trouble.SayAside("no leader");
        trouble.SayAside(null);

        Assert.Equal(["too few replicas", "too few replicas; no coordinator", "too few replicas", null, "no leader", null], observer.Troubles);
        Assert.Null(trouble.Text);
    }
}
