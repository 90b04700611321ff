using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Scripts;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Scripts;

/// <summary>Scripts with Kafka's own tool against a real broker.</summary>
public sealed class ResetScriptOnBrokerTests
{
    private static string Launcher => Environment.GetEnvironmentVariable("KAFKA_RESTORE_TEST_KAFKA")!;

    [KafkaLauncherFact]
    public async Task A_script_sets_what_it_says_whatever_the_names()
    {
        var broker = await KafkaBroker.SharedAsync();
        var (first, second) = (await broker.CreateTopicAsync(2), await broker.CreateTopicAsync(1));
        await using var cluster = ConsumerGroups.Open(broker.Connection);
        string[] groups = ["ops/eu west $HOME", "it's \"q\" & `id`", "-x", "gruppe-ü"];
        using var run = new ScriptRun([.. groups.SelectMany(group => new[] { new ScriptOffset(group, first, 0, 0), new ScriptOffset(group, first, 1, 0), new ScriptOffset(group, second, 0, 0) })]);

        var (exit, output, error) = await run.RunAsync(run.Tool($"exec '{Launcher}' tool consumer-groups \"$@\""), broker.BootstrapServers);

        Assert.True(exit == 0, $"exit {exit}\n{output}\n{error}");
        Assert.Contains("12 offsets are set, 0 are not.", output, StringComparison.Ordinal);
        foreach (var fetched in await cluster.FetchAsync(groups, CancellationToken.None))
        {
            Assert.Equal(
                [(new TargetPartition(first, 0), 0L), (new TargetPartition(first, 1), 0L), (new TargetPartition(second, 0), 0L)],
                fetched.Offsets.Offsets.Select(offset => (offset.Key, offset.Value.Offset)).OrderBy(offset => offset.Key.Topic == second).ThenBy(offset => offset.Key.Partition));
        }
    }

    [KafkaLauncherFact]
    public async Task What_the_tool_does_not_do_is_named_although_it_exits_with_0()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(1);
        using var run = new ScriptRun(new ScriptOffset("mixed", topic, 0, 0), new ScriptOffset("mixed", "no-such-topic", 0, 3), new ScriptOffset("beyond", topic, 0, 500));

        var (exit, output, error) = await run.RunAsync(run.Tool($"exec '{Launcher}' tool consumer-groups \"$@\""), broker.BootstrapServers);

        Assert.True(exit == 1, $"exit {exit}\n{output}\n{error}");
        Assert.Contains("1 offsets are set, 2 are not.", output, StringComparison.Ordinal);
        Assert.Contains("NOT SET: mixed, no-such-topic,0,3\n", error, StringComparison.Ordinal);
        Assert.Contains($"NOT SET: beyond, {topic},0,500 (the tool took 0)", error, StringComparison.Ordinal);
    }
}
