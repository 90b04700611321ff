using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Groups;

/// <summary>
/// Golden archives with their groups, restored by the program into a real broker: every group's next record is compared with the source's, by the official client and the client library,
/// which share nothing with the code under test.
/// </summary>
[Collection(nameof(GoldenGroupBroker))]
public sealed class GoldenGroupTests(GoldenGroupBroker broker)
{
    private const string AllGroups = "auto_consumer_groups: true\nput_back_settings: on_request\n";

    [KafkaLauncherTheory]
    [InlineData("shop")]
    [InlineData("edges")]
    [InlineData("incremental")]
    [InlineData("wide")]
    public async Task Every_group_goes_on_at_the_first_record_that_it_had_not_read(string set)
    {
        using var scratch = new Scratch();
        var result = (await CliProgram.RunAsync("restore", "--config", scratch.Configuration(set, broker.BootstrapServers, AllGroups + "create_topics: true"))).MustExit(0);
        var source = new SourceView(set);
        var target = new TargetView(broker.BootstrapServers);
        var all = await CommittedOffsets.ReadAsync(broker.Broker);
        foreach (var (group, commits) in source.Groups)
        {
            var committed = all[group];

            // Other tests of this broker restore the same groups into topics of other names.
            var topics = commits.Keys.Select(key => key.Topic).ToHashSet();
            Assert.Equal(commits.Keys.Order(), committed.Keys.Where(key => topics.Contains(key.Topic)).Order());
            foreach (var ((topic, partition), offset) in commits)
            {
                var expected = source.FirstUnread(topic, partition, offset);
                var found = await target.FirstFromAsync(topic, partition, committed[(topic, partition)]);
                Assert.True(Same(expected, found), $"{group} {topic}/{partition}: committed {offset} at the source, {committed[(topic, partition)]} at the target; next there {expected?.Offset}, here {found?.Offset}");
            }
        }
    }

    [KafkaLauncherFact]
    public async Task Groups_of_merged_topics_read_nothing_past_an_unread_record_and_begin_at_one()
    {
        using var scratch = new Scratch();
        var result = (await CliProgram.RunAsync("restore", "--config", scratch.Configuration(
            "shop", broker.BootstrapServers, AllGroups + "create_topics: true\ntopic_mapping: { orders: merged-shop, payments: merged-shop, orders-dlq: merged-dlq, customers: merged-customers }"))).MustExit(0);
        await BoundedAsync("shop", static (topic, partition) => [("merged-shop", partition)], static topic => topic is "orders" or "payments");
        Assert.Contains("bounded", result.Out, StringComparison.Ordinal);
        Assert.Matches(@"
 +Kept +7 days ", result.Out);
    }

    [KafkaLauncherFact]
    public async Task Groups_of_a_repartitioned_topic_read_nothing_past_an_unread_record_in_any_partition()
    {
        using var scratch = new Scratch();
        var result = (await CliProgram.RunAsync("restore", "--config", scratch.Configuration(
            "shop", broker.BootstrapServers, AllGroups + "create_topics: true\ntopic_mapping: { orders: spread-orders, payments: spread-payments, orders-dlq: spread-dlq, customers: spread-customers }\nrepartitioning: { spread-orders: { target_partitions: 5 } }"))).MustExit(0);
        await BoundedAsync("shop", static (topic, _) => [.. Enumerable.Range(0, 5).Select(partition => ("spread-orders", partition))], static topic => topic == "orders");
    }

    /// <summary>In each target partition: nothing unread lies before the group's offset, and the offset is that of an unread record or the end.</summary>
    private async Task BoundedAsync(string set, Func<string, int, IReadOnlyList<(string Topic, int Partition)>> targetsOf, Func<string, bool> isMeant)
    {
        var source = new SourceView(set);
        var target = new TargetView(broker.BootstrapServers);
        var all = await CommittedOffsets.ReadAsync(broker.Broker);
        foreach (var (group, commits) in source.Groups.Where(group => group.Value.Keys.Any(key => isMeant(key.Topic))))
        {
            // A partition without a commit counts from its start where the group reads another one of its topic.
            var unread = commits.Keys.Select(key => key.Topic).Where(isMeant).Distinct()
                .SelectMany(topic => Golden.ExpectedPartitions(Golden.ExpectedSet(set)).Where(partition => partition.Topic == topic))
                .SelectMany(partition => source.Records(partition.Topic, partition.Partition).Where(record => record.Offset >= commits.GetValueOrDefault(partition)).Select(Content)).ToHashSet();
            var committed = all[group];
            foreach (var (topic, partition) in commits.Keys.Where(key => isMeant(key.Topic)).SelectMany(key => targetsOf(key.Topic, key.Partition)).Distinct())
            {
                var records = await target.RecordsAsync(topic, partition);
                var offset = committed[(topic, partition)];
                Assert.DoesNotContain(records.Where(record => record.Offset < offset), record => unread.Contains(Content(record)));
                Assert.True(records.FirstOrDefault(record => record.Offset >= offset) is not { } next || unread.Contains(Content(next)), $"{group} {topic}/{partition} begins at {offset}, which it has read");
            }
        }
    }

    // Tracking headers come on top of the source's own.
    private static bool Same(RecordData? expected, ConsumedRecord? found) => expected is { } source && found is not null ? Content(source) == Content(found) : expected is null && found is null;

    private static string Content(RecordData record) => Text(record.Timestamp, record.Key, record.Value);

    private static string Content(ConsumedRecord record) => Text(record.Timestamp, record.Key, record.Value);

    private static string Text(long timestamp, byte[]? key, byte[]? value) => $"{timestamp} {(key is null ? "null" : Convert.ToBase64String(key))} {(value is null ? "null" : Convert.ToBase64String(value))}";
}
