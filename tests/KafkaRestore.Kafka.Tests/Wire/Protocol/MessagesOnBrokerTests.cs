using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaRestore.Kafka.Wire;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

/// <summary>Every message in every version that a broker and we both speak.</summary>
public sealed class MessagesOnBrokerTests
{
    private const long Time = 1_700_000_000_000;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    [RealKafkaFact]
    public async Task The_broker_takes_every_request_and_says_so_in_every_version()
    {
        using var any = await AnyAsync();
        foreach (var version in any.VersionsOf(ApiVersionsRequest.Definition))
        {
            var answer = await any.AskAsync(new ApiVersionsRequest("test"), version);

            Assert.Equal(ErrorCode.NoError, answer.Error);
            Assert.All(Apis.All, api => Assert.Contains(answer.Apis, taken => taken.Key == api.Key && taken.Lowest <= api.Highest && taken.Highest >= api.Lowest));
        }
    }

    [RealKafkaFact]
    public async Task Topics_brokers_and_the_cluster_are_described()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 3);
        var missing = KafkaBroker.NewTopicName("missing");
        using var any = await AnyAsync();
        foreach (var version in any.VersionsOf(MetadataRequest.Definition))
        {
            var answer = await any.AskAsync(new MetadataRequest([topic, missing]), version);

            var found = answer.Topics.Single(each => each.Name == topic);
            Assert.Equal((ErrorCode.NoError, false, version >= 10), (found.Error, found.IsInternal, found.Id != Guid.Empty));
            Assert.Equal([0, 1, 2], found.Partitions.Select(partition => partition.Index).Order());
            Assert.All(found.Partitions, partition =>
            {
                Assert.Equal(ErrorCode.NoError, partition.Error);
                Assert.Contains(partition.Leader, answer.Brokers.Select(each => each.Address.Id));
                Assert.Contains(partition.Leader, partition.Replicas);
                Assert.Contains(partition.Leader, partition.InSync);
                Assert.Empty(partition.Offline);
                Assert.True(partition.LeaderEpoch >= 0);
            });
            Assert.Equal(ErrorCode.UnknownTopicOrPart, answer.Topics.Single(each => each.Name == missing).Error);
            var all = await any.AskAsync(new MetadataRequest(null), version);
            Assert.Contains(all.Topics, each => each.Name == topic);
            Assert.DoesNotContain(all.Topics, each => each.Name == missing);
            Assert.Empty((await any.AskAsync(new MetadataRequest([]), version)).Topics);
        }

        var metadata = await any.AskAsync(new MetadataRequest([]));
        foreach (var version in any.VersionsOf(DescribeClusterRequest.Definition))
        {
            var answer = await any.AskAsync(new DescribeClusterRequest(), version);

            Assert.Equal((ErrorCode.NoError, metadata.ClusterId), (answer.Error, answer.ClusterId));
            Assert.Equal(metadata.Brokers.OrderBy(each => each.Address.Id), answer.Brokers.OrderBy(each => each.Address.Id));
        }
    }

    [RealKafkaFact]
    public async Task What_was_produced_is_counted_and_fetched()
    {
        var broker = await KafkaBroker.SharedAsync();
        var partition = new TargetPartition(await broker.CreateTopicAsync(), 0);
        var (leader, epoch) = await LeaderAsync(partition);
        using var _ = leader;
        var produce = leader.VersionsOf(ProduceRequest.Definition);
        for (var i = 0; i < produce.Count; i++)
        {
            var answer = await leader.AskAsync(new ProduceRequest(s_timeout, [new(partition, OneRecordBatch.Of((byte)i, Time + i))]), produce[i]);

            var result = Assert.Single(answer.Partitions);
            Assert.Equal((partition, ErrorCode.NoError, (long)i, 0L), (result.Partition, result.Error, result.BaseOffset, result.LogStartOffset));
        }

        foreach (var version in leader.VersionsOf(ListOffsetsRequest.Definition))
        {
            async Task<ListOffsetsPartitionResult> AskAsync(long timestamp, int known) =>
                Assert.Single((await leader.AskAsync(new ListOffsetsRequest(IsolationLevel.ReadUncommitted, [new(partition, timestamp, known)]), version)).Partitions);

            Assert.Equal((ErrorCode.NoError, (long)produce.Count), OffsetOf(await AskAsync(ListOffsetsPartition.Latest, epoch)));
            Assert.Equal((ErrorCode.NoError, 0L), OffsetOf(await AskAsync(ListOffsetsPartition.Earliest, -1)));
            Assert.Equal((ErrorCode.NoError, 2L), OffsetOf(await AskAsync(Time + 2, -1)));
            Assert.Equal((ErrorCode.NoError, -1L), OffsetOf(await AskAsync(Time + 1000, -1)));
            if (version >= 4)
            {
                Assert.Equal(ErrorCode.UnknownLeaderEpoch, (await AskAsync(ListOffsetsPartition.Latest, epoch + 1000)).Error);
            }
        }

        foreach (var version in leader.VersionsOf(FetchRequest.Definition))
        {
            var answer = await leader.AskAsync(new FetchRequest(s_timeout, 1 << 20, IsolationLevel.ReadUncommitted, [new(partition, 1, 1 << 20, epoch)]), version);

            Assert.Equal(ErrorCode.NoError, answer.Error);
            var result = Assert.Single(answer.Partitions);
            Assert.Equal((ErrorCode.NoError, (long)produce.Count, 0L), (result.Error, result.HighWatermark, result.LogStartOffset));
            var headers = HeadersOf(result.Records);
            Assert.Equal(Enumerable.Range(1, produce.Count - 1).Select(i => (long)i), headers.Select(header => header.BaseOffset));
            Assert.All(headers, header => Assert.Equal((1, epoch, -1L, Time + header.BaseOffset, false), (header.Records, header.LeaderEpoch, header.ProducerId, header.MaxTimestamp, header.IsControl)));
            var beyond = await leader.AskAsync(new FetchRequest(TimeSpan.Zero, 1 << 20, IsolationLevel.ReadUncommitted, [new(partition, 1000, 1 << 20)]), version);
            Assert.Equal(ErrorCode.OffsetOutOfRange, Assert.Single(beyond.Partitions).Error);
        }
    }

    [RealKafkaFact]
    public async Task A_refused_batch_is_told_with_the_record_and_does_not_harm_its_neighbours()
    {
        var broker = await KafkaBroker.SharedAsync();
        var compacted = new TargetPartition(await broker.CreateTopicAsync(configuration: new Dictionary<string, string> { ["cleanup.policy"] = "compact" }), 0);
        using var any = await AnyAsync();
        var brokers = (await any.AskAsync(new MetadataRequest([]))).Brokers.Count;
        var topics = (await any.AskAsync(new MetadataRequest([compacted.Topic, await broker.CreateTopicAsync(partitions: brokers)]))).Topics.ToLookup(topic => topic.Name == compacted.Topic);
        var plain = new TargetPartition(
            topics[false].Single().Name, topics[false].Single().Partitions.First(partition => partition.Leader == topics[true].Single().Partitions[0].Leader).Index);
        var (leader, _) = await LeaderAsync(compacted);
        using var __ = leader;
        foreach (var version in leader.VersionsOf(ProduceRequest.Definition))
        {
            var batch = OneRecordBatch.Of(1, Time);
            var damaged = OneRecordBatch.Of(2, Time);
            damaged[^1] ^= 1;

            var answer = await leader.AskAsync(new ProduceRequest(s_timeout, [new(compacted, batch), new(plain, batch)]), version);
            var corrupt = await leader.AskAsync(new ProduceRequest(s_timeout, [new(plain, damaged)]), version);

            var refused = answer.Partitions.Single(result => result.Partition == compacted);
            Assert.Equal((ErrorCode.InvalidRecord, -1L, 0), (refused.Error, refused.BaseOffset, Assert.Single(refused.RecordErrors).Index));
            Assert.NotNull(refused.Message);
            Assert.Equal(ErrorCode.NoError, answer.Partitions.Single(result => result.Partition == plain).Error);
            Assert.Equal(ErrorCode.InvalidMsg, Assert.Single(corrupt.Partitions).Error);
        }
    }

    [RealKafkaFact]
    public async Task The_fence_works_in_every_version()
    {
        var broker = await KafkaBroker.SharedAsync();
        var partition = new TargetPartition(await broker.CreateTopicAsync(), 0);
        var id = $"krc.{partition.Topic}.0";
        using var coordinator = await CoordinatorAsync(CoordinatorKind.Transaction, id);
        var (leader, _) = await LeaderAsync(partition);
        using var __ = leader;
        var (init, add, end) = (
            coordinator.VersionsOf(InitProducerIdRequest.Definition), coordinator.VersionsOf(AddPartitionsToTxnRequest.Definition), coordinator.VersionsOf(EndTxnRequest.Definition));
        var expected = 0L;
        var older = await InitAsync(coordinator, id, init[0]);
        for (var round = 0; round < Math.Max(init.Count, Math.Max(add.Count, end.Count)); round++)
        {
            var first = await InitAsync(coordinator, id, init[round % init.Count]);
            var adding = new AddPartitionsToTxnRequest(id, first.ProducerId, first.ProducerEpoch, [partition]);
            var added = await coordinator.AskUntilAsync(adding, add[round % add.Count], static answer => answer.Partitions[0].Error != ErrorCode.ConcurrentTransactions);
            Assert.Equal([new(partition, ErrorCode.NoError)], added.Partitions);
            var ended = await coordinator.AskAsync(new EndTxnRequest(id, first.ProducerId, first.ProducerEpoch, commit: false), end[round % end.Count]);
            Assert.Equal(ErrorCode.NoError, ended.Error);
            var second = await InitAsync(coordinator, id, init[round % init.Count]);
            Assert.Equal((first.ProducerId, true), (second.ProducerId, second.ProducerEpoch > first.ProducerEpoch));

            // The marker has the first epoch: whoever wrote with an older one is refused by the log itself.
            Assert.Equal(ErrorCode.InvalidProducerEpoch, (await ProduceAsync(older)).Error);
            var produced = await ProduceAsync(second);
            Assert.Equal((ErrorCode.NoError, expected + 1), (produced.Error, produced.BaseOffset));
            var fetched = await leader.AskAsync(new FetchRequest(s_timeout, 1 << 20, IsolationLevel.ReadUncommitted, [new(partition, expected, 1 << 20)]));
            var headers = HeadersOf(Assert.Single(fetched.Partitions).Records);
            Assert.Equal([(expected, true, true), (expected + 1, false, false)], headers.Select(header => (header.BaseOffset, header.IsControl, header.IsTransactional)));
            Assert.All(headers, header => Assert.Equal(first.ProducerId, header.ProducerId));
            Assert.Equal((second.ProducerEpoch, 0), (headers[1].ProducerEpoch, headers[1].BaseSequence));
            expected += 2;
            older = second;
        }

        var stale = await coordinator.AskAsync(new EndTxnRequest(id, 1_000_000, 0, commit: false));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, stale.Error);

        async Task<ProducePartitionResult> ProduceAsync(InitProducerIdResponse producer) => Assert.Single(
            (await leader.AskAsync(new ProduceRequest(s_timeout, [new(partition, OneRecordBatch.Of(1, Time, producer.ProducerId, producer.ProducerEpoch, 0))]))).Partitions);
    }

    [RealKafkaFact]
    public async Task Offsets_of_two_groups_are_committed_and_fetched()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = await broker.CreateTopicAsync(partitions: 2);
        var groups = await TwoGroupsOfOneCoordinatorAsync();
        using var coordinator = await CoordinatorAsync(CoordinatorKind.Group, groups[0]);
        var commit = coordinator.VersionsOf(OffsetCommitRequest.Definition);
        for (var i = 0; i < commit.Count; i++)
        {
            for (var g = 0; g < groups.Length; g++)
            {
                var request = new OffsetCommitRequest(groups[g], [new(new(topic, 0), 10 + i + g, 3, "mine"), new(new(topic, 1), 20 + i + g)]);
                var answer = await coordinator.AskUntilAsync(request, commit[i], static answer => answer.Partitions[0].Error is not (ErrorCode.GroupLoadInProgress or ErrorCode.NotCoordinatorForGroup));
                Assert.Equal([new(new(topic, 0), ErrorCode.NoError), new(new(topic, 1), ErrorCode.NoError)], answer.Partitions.OrderBy(result => result.Partition.Partition));
            }
        }

        foreach (var version in coordinator.VersionsOf(OffsetFetchRequest.Definition))
        {
            for (var g = 0; g < groups.Length; g++)
            {
                var last = commit.Count - 1 + g;
                var all = Assert.Single((await coordinator.AskAsync(new OffsetFetchRequest([new(groups[g], null)], requireStable: true), version)).Groups);
                Assert.Equal((groups[g], ErrorCode.NoError), (all.Group, all.Error));
                Assert.Equal(
                    [new(new(topic, 0), ErrorCode.NoError, 10 + last, 3, "mine"), new(new(topic, 1), ErrorCode.NoError, 20 + last, -1, "")],
                    all.Partitions.OrderBy(result => result.Partition.Partition));
                var some = Assert.Single((await coordinator.AskAsync(new OffsetFetchRequest([new(groups[g], [new(topic, 1), new(topic, 7)])], requireStable: false), version)).Groups);
                Assert.Equal([(1, 20L + last), (7, -1L)], some.Partitions.Select(result => (result.Partition.Partition, result.Offset)).Order());
            }
        }

        var both = await coordinator.AskAsync(new OffsetFetchRequest([.. groups.Select(group => new OffsetFetchGroup(group, [new(topic, 0)]))], requireStable: true), OffsetFetchRequest.SeveralGroupsFrom);
        Assert.Equal(groups.Order(), both.Groups.Select(group => group.Group).Order());
        Assert.All(both.Groups, group => Assert.InRange(Assert.Single(group.Partitions).Offset, 10, 20));
    }

    [RealKafkaFact]
    public async Task Settings_are_changed_one_by_one_and_described()
    {
        var broker = await KafkaBroker.SharedAsync();
        var topic = new ConfiguredResource(ConfiguredResourceType.Topic, await broker.CreateTopicAsync(configuration: new Dictionary<string, string> { ["retention.ms"] = "123456" }));
        var missing = new ConfiguredResource(ConfiguredResourceType.Topic, KafkaBroker.NewTopicName("missing"));
        using var any = await AnyAsync();
        foreach (var version in any.VersionsOf(IncrementalAlterConfigsRequest.Definition))
        {
            async Task<IReadOnlyList<IncrementalAlterConfigsResourceResult>> AlterAsync(bool validateOnly, params ConfigChange[] changes) =>
                (await any.AskAsync(new IncrementalAlterConfigsRequest([new(topic, changes)], validateOnly), version)).Resources;

            var set = new ConfigChange("cleanup.policy", AlterConfigOpType.Set, "delete");
            Assert.Equal([new(ErrorCode.NoError, null, topic)], (await AlterAsync(validateOnly: true, set)).Select(WithoutEmptyMessage));
            await AssertSettingAsync("cleanup.policy", "delete", ConfigSource.DefaultConfig);
            Assert.Equal(ErrorCode.NoError, Assert.Single(await AlterAsync(validateOnly: false, set, new("retention.ms", AlterConfigOpType.Set, "654321"))).Error);
            await AssertSettingAsync("cleanup.policy", "delete", ConfigSource.DynamicTopicConfig);
            Assert.Equal(ErrorCode.NoError, Assert.Single(await AlterAsync(validateOnly: false, new ConfigChange("cleanup.policy", AlterConfigOpType.Append, "compact"))).Error);
            await AssertSettingAsync("cleanup.policy", "delete,compact", ConfigSource.DynamicTopicConfig);
            Assert.Equal(ErrorCode.NoError, Assert.Single(await AlterAsync(validateOnly: false, new ConfigChange("cleanup.policy", AlterConfigOpType.Subtract, "delete"))).Error);
            await AssertSettingAsync("cleanup.policy", "compact", ConfigSource.DynamicTopicConfig);
            Assert.Equal(ErrorCode.NoError, Assert.Single(await AlterAsync(validateOnly: false, new ConfigChange("cleanup.policy", AlterConfigOpType.Delete, null))).Error);
            await AssertSettingAsync("cleanup.policy", "delete", ConfigSource.DefaultConfig);
            await AssertSettingAsync("retention.ms", "654321", ConfigSource.DynamicTopicConfig);
            var refused = Assert.Single(await AlterAsync(validateOnly: false, new ConfigChange("retention.ms", AlterConfigOpType.Set, "soon")));
            Assert.Equal((ErrorCode.InvalidConfig, topic, false), (refused.Error, refused.Resource, string.IsNullOrEmpty(refused.Message)));
        }

        var node = (await any.AskAsync(new MetadataRequest([]))).Brokers[0].Address;
        using var itself = await RawConnection.OpenAsync(node);
        foreach (var version in itself.VersionsOf(DescribeConfigsRequest.Definition))
        {
            var own = new ConfiguredResource(ConfiguredResourceType.Broker, $"{node.Id}");
            var answer = await itself.AskAsync(new DescribeConfigsRequest([new(topic), new(own), new(missing)]), version);

            var described = answer.Resources.Single(each => each.Resource == topic);
            Assert.Equal(ErrorCode.NoError, described.Error);
            Assert.True(described.Entries.Count > 10);
            var self = answer.Resources.Single(each => each.Resource == own);
            Assert.Contains(self.Entries, static entry => entry.IsReadOnly);
            Assert.Contains(self.Entries, static entry => entry is { Name: "ssl.keystore.password", IsSensitive: true, Value: null });
            Assert.Equal(ErrorCode.UnknownTopicOrPart, answer.Resources.Single(each => each.Resource == missing).Error);
        }

        // A broker learns of a change a moment after the controller has made it.
        async Task AssertSettingAsync(string name, string value, ConfigSource source)
        {
            foreach (var version in any.VersionsOf(DescribeConfigsRequest.Definition))
            {
                var answer = await any.AskUntilAsync(new DescribeConfigsRequest([new(topic, [name])]), version, answer => answer.Resources is [{ Entries: [var only] }] && only.Source == source && only.Value == value);
                Assert.Equal([new(name, value, source, IsReadOnly: false, IsSensitive: false)], answer.Resources[0].Entries);
            }
        }
    }

    [RealKafkaFact]
    public async Task Sizes_of_partitions_and_disks_are_told()
    {
        var broker = await KafkaBroker.SharedAsync();
        var partition = new TargetPartition(await broker.CreateTopicAsync(partitions: 2), 1);
        var (leader, _) = await LeaderAsync(partition);
        using var __ = leader;
        await leader.AskAsync(new ProduceRequest(s_timeout, [new(partition, OneRecordBatch.Of(1, Time))]));
        foreach (var version in leader.VersionsOf(DescribeLogDirsRequest.Definition))
        {
            var answer = await leader.AskAsync(new DescribeLogDirsRequest([partition]), version);
            var all = await leader.AskAsync(new DescribeLogDirsRequest(null), version);

            Assert.Equal(ErrorCode.NoError, answer.Error);
            Assert.All(answer.Directories, directory => Assert.Equal((version >= 4, version >= 4), (directory.TotalBytes > 0, directory.UsableBytes > 0)));
            Assert.Equal(new DescribeLogDirsPartition(partition, 69, 0, false), Assert.Single(answer.Directories.SelectMany(directory => directory.Partitions)));
            Assert.Contains(all.Directories.SelectMany(directory => directory.Partitions), each => each.Partition == partition);
        }
    }

    [RealKafkaFact]
    public async Task Coordinators_are_found_for_one_key_and_for_several()
    {
        using var any = await AnyAsync();
        var brokers = (await any.AskAsync(new MetadataRequest([]))).Brokers.Select(broker => broker.Address).ToArray();
        foreach (var kind in Enum.GetValues<CoordinatorKind>())
        {
            foreach (var version in any.VersionsOf(FindCoordinatorRequest.Definition))
            {
                string[] keys = version < FindCoordinatorRequest.SeveralKeysFrom ? ["a"] : ["a", "b"];
                var answer = await any.AskUntilAsync(new FindCoordinatorRequest(kind, keys), version, IsFound);

                Assert.Equal(keys, answer.Coordinators.Select(found => found.Key).Order());
                Assert.All(answer.Coordinators, found => Assert.Contains(found.Broker, brokers));
            }
        }
    }

    private static (ErrorCode Error, long Offset) OffsetOf(ListOffsetsPartitionResult result) => (result.Error, result.Offset);

    private static IncrementalAlterConfigsResourceResult WithoutEmptyMessage(IncrementalAlterConfigsResourceResult result) =>
        result with { Message = string.IsNullOrEmpty(result.Message) ? null : result.Message };

    private static List<RecordBatchHeader> HeadersOf(ReadOnlyMemory<byte> records)
    {
        var headers = new List<RecordBatchHeader>();
        var walker = new RecordBatchWalker(records.Span);
        RecordBatchStep step;
        while ((step = walker.Next(out var header)) == RecordBatchStep.Batch)
        {
            headers.Add(header);
        }

        Assert.Equal(RecordBatchStep.End, step);
        return headers;
    }

    private static bool IsFound(FindCoordinatorResponse answer) => answer.Coordinators.All(static found => found.Error != ErrorCode.GroupCoordinatorNotAvailable);

    private static Task<InitProducerIdResponse> InitAsync(RawConnection coordinator, string id, short version) => coordinator.AskUntilAsync(
        new InitProducerIdRequest(id, TimeSpan.FromMinutes(1)),
        version,
        static answer =>
        {
            var isNotYet = answer.Error is ErrorCode.ConcurrentTransactions or ErrorCode.GroupLoadInProgress or ErrorCode.NotCoordinatorForGroup;
            Assert.True(isNotYet || answer.Error == ErrorCode.NoError, $"{answer}");
            return !isNotYet;
        });

    private static async Task<RawConnection> AnyAsync()
    {
        var broker = await KafkaBroker.SharedAsync();
        var first = broker.BootstrapServers.Split(',')[0].Split(':');
        return await RawConnection.OpenAsync(new BrokerAddress(-1, first[0], int.Parse(first[1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static async Task<RawConnection> CoordinatorAsync(CoordinatorKind kind, string key)
    {
        using var any = await AnyAsync();
        var found = await any.AskUntilAsync(new FindCoordinatorRequest(kind, [key]), FindCoordinatorRequest.SeveralKeysFrom, IsFound);
        return await RawConnection.OpenAsync(found.Coordinators[0].Broker!);
    }

    private static async Task<string[]> TwoGroupsOfOneCoordinatorAsync()
    {
        using var any = await AnyAsync();
        var candidates = Enumerable.Range(0, 20).Select(static _ => KafkaBroker.NewTopicName("group")).ToArray();
        var found = await any.AskUntilAsync(new FindCoordinatorRequest(CoordinatorKind.Group, candidates), FindCoordinatorRequest.SeveralKeysFrom, IsFound);
        return [.. found.Coordinators.GroupBy(each => each.Broker!.Id).MaxBy(static of => of.Count())!.Take(2).Select(static each => each.Key)];
    }

    private static async Task<(RawConnection Leader, int Epoch)> LeaderAsync(TargetPartition partition)
    {
        using var any = await AnyAsync();
        var metadata = await any.AskAsync(new MetadataRequest([partition.Topic]));
        var known = metadata.Topics[0].Partitions.Single(each => each.Index == partition.Partition);
        return (await RawConnection.OpenAsync(metadata.Brokers.Single(broker => broker.Address.Id == known.Leader).Address), known.LeaderEpoch);
    }
}
