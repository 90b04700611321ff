using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Preflight.Tests.Support;
using static KafkaRestore.Preflight.Tests.Support.Expected;

namespace KafkaRestore.Preflight.Tests.Situations;

/// <summary>Topics, partitions and what stands in them.</summary>
internal static class TopicSituations
{
    public static IEnumerable<Situation> All =>
    [
        new("a whole archive and a topic that fits", stage => stage.CreateTopicAsync(), Info(FindingKinds.Estimate, "no limit is set")),
        new("a topic that does not exist", _ => Task.CompletedTask, Error(FindingKinds.TopicMissing, "would need 1 partition(s)")),
        new("a topic that is to be created", stage => Creating(stage)),
        new("too few partitions",
            async stage =>
            {
                stage.Archive.Add(Stage.Records(3)).Add(Stage.Records(3), partition: 1);
                await stage.CreateTopicAsync();
            },
            Error(FindingKinds.Partitions, "1 partition(s), 2 are needed")),
        new("more partitions than the source had", stage => stage.CreateTopicAsync(partitions: 4), Warning(FindingKinds.Partitions, "the source had 1")),
        new("a partition that holds records",
            async stage =>
            {
                await stage.CreateTopicAsync();
                await stage.ProduceAsync(3);
            },
            Error(FindingKinds.NotEmpty, "3 offset(s) already, 0 to 2")),
        new("a partition that is appended to",
            async stage =>
            {
                await stage.CreateTopicAsync();
                await stage.ProduceAsync();
                stage.Options = options => options with { Preparation = new PreparationOptions { AppendToExisting = true } };
            },
            Warning(FindingKinds.NotEmpty, "appends behind them")),
        new("a partition with markers alone",
            async stage =>
            {
                await stage.CreateTopicAsync();
                await stage.FenceAsync();
            }),
        new("a name that collides with a topic's metrics",
            async stage =>
            {
                await stage.CreateTopicAsync(stage.Topic.Replace('-', '.') + ".x", 1);
                await Creating(stage, into: stage.Topic.Replace('-', '.') + "_x");
            },
            Error(FindingKinds.TopicCreation, "collides")),
        new("more replicas than brokers", stage => Creating(stage, replicas: 3), Error(FindingKinds.ReplicationFactor, "3 replicas, and the cluster has 1 broker(s)")),
        new("fewer replicas than min.insync.replicas", stage => stage.CreateTopicAsync(1, "min.insync.replicas=2"), Warning(FindingKinds.MinInsyncReplicas, "has 1 replica(s)")),
        new("a target that does not answer",
            stage =>
            {
                stage.Target = stage.Target with { BootstrapServers = ["127.0.0.1:1"] };
                return Task.CompletedTask;
            },
            Error(FindingKinds.TargetUnreachable)),
        new("a target that does not answer, and an archive that is not whole",
            stage =>
            {
                stage.Target = stage.Target with { BootstrapServers = ["127.0.0.1:1"] };
                stage.Archive.Describe = entry => entry with { OddKey = "nightly/topics/gone.bin" };
                return Task.CompletedTask;
            },
            Error(FindingKinds.TargetUnreachable),
            Error(FindingKinds.ObjectMissing)),
        new("a client property that the protocol client does not know",
            async stage =>
            {
                await stage.CreateTopicAsync();
                stage.Target = stage.Target with { ClientProperties = new Dictionary<string, string> { ["receive.message.max.bytes"] = "100000000" } };
            },
            Info(FindingKinds.NotChecked, "rights, replicas, disks")),
    ];

    private static Task Creating(Stage stage, short replicas = -1, string? into = null)
    {
        stage.Options = options => options with
        {
            Preparation = new PreparationOptions { CreateTopics = true, DefaultReplicationFactor = replicas },
            Mapping = into is null ? options.Mapping : new MappingOptions { Topics = new Dictionary<string, string> { [stage.Topic] = into } },
        };
        return Task.CompletedTask;
    }
}
