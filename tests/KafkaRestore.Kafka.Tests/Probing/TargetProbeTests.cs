using KafkaRestore.Kafka.Probing;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Probing;

/// <summary>The probe on a broker without an authorizer; rights are in the table of preflight situations.</summary>
public sealed class TargetProbeTests
{
    [RealKafkaFact]
    public async Task Everything_that_is_asked_is_answered()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 2, new Dictionary<string, string> { ["segment.ms"] = "12345" });
        var missing = KafkaBroker.NewTopicName();
        await using var probe = TargetProbes.TryOpen(broker.Connection)!;

        var answer = await probe.AskAsync(new TargetQuestion { Topics = [topic, missing], Trials = [Trial(missing, 3)] }, CancellationToken.None);

        Assert.Empty(answer.Unanswered);
        var found = answer.Topics[topic];
        Assert.Equal("12345", found.Settings!["segment.ms"]);
        Assert.True(found.Rights!.Value.HasFlag(TargetRights.Write | TargetRights.AlterConfigs));
        Assert.All(found.Partitions, partition => Assert.True(partition is { HasLeader: true, Replicas.Count: > 0, InSync.Count: > 0 }));
        Assert.Equal([0, 1], found.Partitions.Select(partition => partition.Index));
        Assert.Empty(answer.Topics[missing].Partitions);
        Assert.True(answer.ClusterRights!.Value.HasFlag(TargetRights.Create));
        Assert.NotEmpty(answer.Brokers);
        var trial = answer.Trials[missing];
        Assert.Equal((TrialOutcome.Accepted, null), (trial.Outcome, trial.Reason));
        Assert.True(trial.ReplicationFactor >= 1);
        Assert.Contains("retention.ms", trial.Settings!.Keys);
    }

    [RealKafkaFact]
    public async Task Nothing_is_changed()
    {
        var broker = await KafkaBroker.SharedAsync();
        var missing = KafkaBroker.NewTopicName();
        await using var probe = TargetProbes.TryOpen(broker.Connection)!;
        var question = new TargetQuestion { Topics = [missing], Trials = [Trial(missing, 1)], Fences = [new TargetPartition(missing, 0)] };

        await probe.AskAsync(question, CancellationToken.None);
        var again = await probe.AskAsync(question, CancellationToken.None);

        Assert.Equal(TrialOutcome.Accepted, again.Trials[missing].Outcome);
        Assert.Empty(again.DeniedTransactionalIds);
    }

    [RealKafkaTheory]
    [InlineData(0, 1, TrialOutcome.Refused)]
    [InlineData(1, 100, TrialOutcome.Replication)]
    public async Task A_topic_that_would_be_refused_has_a_reason(int partitions, short replicas, TrialOutcome outcome)
    {
        var broker = await KafkaBroker.SharedAsync();
        var name = KafkaBroker.NewTopicName();
        await using var probe = TargetProbes.TryOpen(broker.Connection)!;

        var answer = await probe.AskAsync(new TargetQuestion { Trials = [Trial(name, partitions) with { ReplicationFactor = replicas }] }, CancellationToken.None);

        Assert.Equal(outcome, answer.Trials[name].Outcome);
        Assert.False(string.IsNullOrEmpty(answer.Trials[name].Reason));
    }

    [Fact]
    public async Task A_target_that_does_not_answer_leaves_every_question_open()
    {
        await using var probe = TargetProbes.TryOpen(new KafkaConnectionOptions { BootstrapServers = ["127.0.0.1:1"] })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));

        var answer = await probe.AskAsync(new TargetQuestion { Topics = ["t"], Trials = [Trial("u", 1)], Fences = [new TargetPartition("t", 0)] }, patience.Token);

        Assert.Equal(5, answer.Unanswered.Select(one => one.What).Distinct().Count());
        Assert.Empty(answer.Topics);
    }

    [Fact]
    public void There_is_none_where_the_protocol_client_cannot_connect() =>
        Assert.Null(TargetProbes.TryOpen(new KafkaConnectionOptions
        {
            BootstrapServers = ["127.0.0.1:1"],
            Security = new SecurityOptions { Protocol = SecurityProtocolKind.SaslPlaintext, Mechanism = SaslMechanismKind.Gssapi },
        }));

    private static TopicToCreate Trial(string name, int partitions) => new(name, partitions, -1, new Dictionary<string, string>());
}
