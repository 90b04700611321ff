using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Wire.Calls;

[Collection(ThreeBrokersCollection.Name)]
public sealed class ConfigCallsTests(ThreeBrokers three)
{
    [RealKafkaFact]
    public async Task One_setting_of_a_topic_is_changed_on_one_broker_and_the_others_stay() => await ChangeAsync(await KafkaBroker.SharedAsync());

    [KafkaLauncherFact]
    public async Task One_setting_of_a_topic_is_changed_on_three_brokers_and_the_others_stay() => await ChangeAsync(await three.ClusterAsync());

    [RealKafkaFact]
    public async Task Resources_that_fail_do_not_harm_the_others()
    {
        var broker = await KafkaBroker.SharedAsync();
        var (first, second, missing) = (Topic(await broker.CreateTopicAsync()), Topic(await broker.CreateTopicAsync()), Topic(KafkaBroker.NewTopicName("missing")));
        await using var cluster = ThreeBrokers.Client(broker);
        var calls = new ConfigCalls(cluster, TimeProvider.System);

        var altered = await calls.AlterAsync(
            [
                new(first, [new("retention.ms", AlterConfigOpType.Set, "soon"), new("segment.bytes", AlterConfigOpType.Set, "2000000")]),
                new(missing, [new("retention.ms", AlterConfigOpType.Set, "1")]),
                new(second, [new("retention.ms", AlterConfigOpType.Set, "7654321")]),
            ],
            validateOnly: false,
            ThreeBrokers.Deadline,
            default);

        Assert.Equal([(first, ErrorCode.InvalidConfig), (missing, ErrorCode.UnknownTopicOrPart), (second, ErrorCode.NoError)], altered.Select(each => (each.Resource, each.Error)));
        Assert.Contains("soon", altered[0].Message, StringComparison.Ordinal);
        await UntilAsync(calls, second, "retention.ms", ("7654321", ConfigSource.DynamicTopicConfig));
        var described = await calls.DescribeAsync([new(missing), new(first, ["segment.bytes"])], ThreeBrokers.Deadline, default);
        Assert.Equal([(missing, ErrorCode.UnknownTopicOrPart), (first, ErrorCode.NoError)], described.Select(each => (each.Resource, each.Error)));
        Assert.Equal(ConfigSource.DefaultConfig, Assert.Single(described[1].Entries).Source);
    }

    [RealKafkaFact]
    public async Task More_topics_than_one_request_takes_are_described_in_their_order()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = Topic(await broker.CreateTopicAsync());
        var missing = Enumerable.Range(0, 450).Select(_ => Topic(KafkaBroker.NewTopicName("missing"))).ToArray();
        ConfiguredResource[] all = [.. missing[..300], topic, .. missing[300..]];
        await using var cluster = ThreeBrokers.Client(broker);

        var described = await new ConfigCalls(cluster, TimeProvider.System).DescribeAsync([.. all.Select(each => new DescribeConfigsResource(each))], ThreeBrokers.Deadline, default);

        Assert.Equal(all, described.Select(each => each.Resource));
        Assert.All(described, each => Assert.Equal(each.Resource == topic ? ErrorCode.NoError : ErrorCode.UnknownTopicOrPart, each.Error));
    }

    [KafkaLauncherFact]
    public async Task A_brokers_own_settings_are_asked_of_it_and_changed_through_it()
    {
        const string Name = "log.cleaner.backoff.ms";
        var broker = await three.ClusterAsync();
        ConfiguredResource[] brokers = [Broker("1"), Broker("2"), Broker("3")];
        await using var cluster = ThreeBrokers.Client(broker);
        var calls = new ConfigCalls(cluster, TimeProvider.System);

        var described = await calls.DescribeAsync([.. brokers.Select(each => new DescribeConfigsResource(each, ["node.id"]))], ThreeBrokers.Deadline, default);
        Assert.Equal(brokers.Select(each => (each, ErrorCode.NoError, each.Name)), described.Select(each => (each.Resource, each.Error, Assert.Single(each.Entries).Value!)));

        Assert.Equal(ErrorCode.NoError, Assert.Single(await AlterAsync(calls, Broker("2"), false, new ConfigChange(Name, AlterConfigOpType.Set, "14000"))).Error);
        await UntilAsync(calls, Broker("2"), Name, ("14000", ConfigSource.DynamicBrokerConfig));
        Assert.Equal(ErrorCode.NoError, Assert.Single(await AlterAsync(calls, Broker(""), false, new ConfigChange(Name, AlterConfigOpType.Set, "13000"))).Error);
        await UntilAsync(calls, Broker("1"), Name, ("13000", ConfigSource.DynamicDefaultBrokerConfig));
        await UntilAsync(calls, Broker("2"), Name, ("14000", ConfigSource.DynamicBrokerConfig));
        await AlterAsync(calls, Broker("2"), false, new ConfigChange(Name, AlterConfigOpType.Delete, null));
        await UntilAsync(calls, Broker("2"), Name, ("13000", ConfigSource.DynamicDefaultBrokerConfig));
        await AlterAsync(calls, Broker(""), false, new ConfigChange(Name, AlterConfigOpType.Delete, null));
        await UntilAsync(calls, Broker("3"), Name, ("15000", ConfigSource.DefaultConfig));
    }

    [KafkaLauncherFact]
    public async Task A_broker_that_does_not_exist_is_a_value_and_the_others_answer()
    {
        var broker = await three.ClusterAsync();
        var topic = Topic(await broker.CreateTopicAsync());
        await using var cluster = ThreeBrokers.Client(broker);
        var calls = new ConfigCalls(cluster, TimeProvider.System);

        var described = await calls.DescribeAsync([new(Broker("4711")), new(topic), new(Broker("3"))], TimeSpan.FromSeconds(5), default);
        var altered = await AlterAsync(calls, Broker("4711"), true, new ConfigChange("log.cleaner.threads", AlterConfigOpType.Set, "1"));

        Assert.Equal([ErrorCode.Local_Transport, ErrorCode.NoError, ErrorCode.NoError], described.Select(each => each.Error));
        Assert.Contains("4711", described[0].Message, StringComparison.Ordinal);
        Assert.Equal((ErrorCode.Local_Transport, Broker("4711")), (Assert.Single(altered).Error, altered[0].Resource));
    }

    [Fact]
    public async Task A_resource_that_stands_there_twice_is_refused_before_anything_is_asked()
    {
        await using var cluster = new WireCluster(new KafkaConnectionOptions { BootstrapServers = ["127.0.0.1:1"] });
        var calls = new ConfigCalls(cluster, TimeProvider.System);

        await Assert.ThrowsAsync<ArgumentException>(() => calls.DescribeAsync([new(Topic("t")), new(Topic("t"))], ThreeBrokers.Deadline, default));
        await Assert.ThrowsAsync<ArgumentException>(() => calls.AlterAsync([new(Topic("t"), []), new(Topic("t"), [])], false, ThreeBrokers.Deadline, default));
        Assert.Empty(await calls.DescribeAsync([], ThreeBrokers.Deadline, default));
    }

    private static async Task ChangeAsync(KafkaBroker broker)
    {
        var topic = Topic(await broker.CreateTopicAsync(configuration: new Dictionary<string, string> { ["retention.ms"] = "123456" }));
        await using var cluster = ThreeBrokers.Client(broker);
        var calls = new ConfigCalls(cluster, TimeProvider.System);

        await ApplyAsync(validateOnly: false, new("cleanup.policy", AlterConfigOpType.Set, "delete"), ("delete", ConfigSource.DynamicTopicConfig));
        await ApplyAsync(validateOnly: true, new("cleanup.policy", AlterConfigOpType.Set, "compact"), ("delete", ConfigSource.DynamicTopicConfig));
        await ApplyAsync(validateOnly: false, new("cleanup.policy", AlterConfigOpType.Append, "compact"), ("delete,compact", ConfigSource.DynamicTopicConfig));
        await ApplyAsync(validateOnly: false, new("cleanup.policy", AlterConfigOpType.Subtract, "delete"), ("compact", ConfigSource.DynamicTopicConfig));
        await ApplyAsync(validateOnly: false, new("cleanup.policy", AlterConfigOpType.Delete, null), ("delete", ConfigSource.DefaultConfig));

        async Task ApplyAsync(bool validateOnly, ConfigChange change, (string Value, ConfigSource Source) expected)
        {
            Assert.Equal((ErrorCode.NoError, topic), Assert.Single((await AlterAsync(calls, topic, validateOnly, change)).Select(each => (each.Error, each.Resource))));
            await UntilAsync(calls, topic, change.Name, expected);
            await UntilAsync(calls, topic, "retention.ms", ("123456", ConfigSource.DynamicTopicConfig));
        }
    }

    private static Task<IReadOnlyList<IncrementalAlterConfigsResourceResult>> AlterAsync(ConfigCalls calls, ConfiguredResource resource, bool validateOnly, ConfigChange change) =>
        calls.AlterAsync([new(resource, [change])], validateOnly, TimeSpan.FromSeconds(5), default);

    // A broker learns of a change a moment after the controller has made it.
    private static Task UntilAsync(ConfigCalls calls, ConfiguredResource resource, string name, (string Value, ConfigSource Source) expected) => ThreeBrokers.UntilAsync(
        async () => (await calls.DescribeAsync([new(resource, [name])], ThreeBrokers.Deadline, default))[0].Entries.Select(entry => (entry.Value!, entry.Source)).FirstOrDefault(),
        setting => setting == expected);

    private static ConfiguredResource Topic(string name) => new(ConfiguredResourceType.Topic, name);

    private static ConfiguredResource Broker(string id) => new(ConfiguredResourceType.Broker, id);
}
