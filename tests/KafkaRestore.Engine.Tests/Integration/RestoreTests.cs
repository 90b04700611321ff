using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Integration;

/// <summary>Restores into a real broker that are about more than an archive's contents.</summary>
public sealed class RestoreTests
{
    [RealKafkaTheory]
    [InlineData("all", null, null)]
    [InlineData("from the middle", 50, null)]
    [InlineData("to the middle", null, 50)]
    [InlineData("between", 25, 75)]
    [InlineData("one moment", 40, 40)]
    [InlineData("before all", null, -1)]
    [InlineData("behind all", 101, null)]
    public async Task A_window_gives_exactly_the_records_in_it(string name, int? from, int? to)
    {
        // Bounds are times of records, so that both ends are shown to be inclusive.
        var times = new[] { ("edge.shuffled", 0), ("edge.shuffled", 1), ("edge.time", 0) }.SelectMany(partition => Golden.Expected("edges", partition.Item1, partition.Item2)).Select(record => record.Timestamp).Order().ToList();
        long? Bound(int? percent) => percent switch { null => null, < 0 => times[0] - 1, > 100 => times[^1] + 1, { } part => times[(times.Count - 1) * part / 100] };
        var (start, end) = (Bound(from), Bound(to));
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var outcome = await target.RestoreAsync(target.Options("edges") with
        {
            Mapping = Target.Rename(["edge.shuffled", "edge.time"], suffix),
            Selection = new SelectionOptions { Include = ["edge.shuffled", "edge.time"], TimeWindowStart = start, TimeWindowEnd = end },
        });
        var report = outcome.Done();
        var expectedInAll = 0;
        foreach (var (topic, partition) in new[] { ("edge.shuffled", 0), ("edge.shuffled", 1), ("edge.time", 0) })
        {
            var expected = Golden.Expected("edges", topic, partition).Where(record => !(record.Timestamp < start) && !(record.Timestamp > end)).ToList();
            RecordComparison.AssertEqual(expected, await target.ReadAsync(topic + suffix, partition), $"{name}: {topic}/{partition}", offsets: false);
            expectedInAll += expected.Count;
        }

        Assert.Equal((expectedInAll, times.Count - expectedInAll), (report.RecordsRestored, report.RecordsSkippedByWindow));
    }

    [RealKafkaFact]
    public async Task What_the_client_cannot_carry_stops_its_lane_before_it_and_no_other()
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var archive = await MixedArchive.CreateAsync();
        try
        {
            var outcome = await target.RestoreAsync(target.Options("mixed") with
            {
                Storage = archive.Options,
                Mapping = Target.Rename(["odd", "plain"], suffix),
                Delivery = new DeliveryOptions { Sink = SinkKind.Client },
            });
            var report = outcome.Ran();
            Assert.Equal(RestoreStatus.Partial, report.Status);
            var error = Assert.Single(report.Errors);
            Assert.StartsWith($"odd{suffix}/0: RECORD_NOT_REPRESENTABLE", error, StringComparison.Ordinal);
            Assert.Contains("source offset 2 ", error, StringComparison.Ordinal);
            RecordComparison.AssertEqual([.. MixedArchive.Odd.Take(2)], await target.ReadAsync("odd" + suffix), "odd", offsets: false);
            RecordComparison.AssertEqual(MixedArchive.Plain, await target.ReadAsync("plain" + suffix), "plain", offsets: false);
            Assert.Equal(["failed", "done"], report.TopicsRestored.Select(topic => topic.Partitions.Single().State));
            Assert.Equal(2, report.TopicsRestored[0].Records);
        }
        finally
        {
            archive.Dispose();
        }
    }

    [RealKafkaFact]
    public async Task The_client_sink_refuses_the_golden_archive_of_odd_times_at_its_first_record()
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var report = (await target.RestoreAsync(target.Options("odd-times") with
        {
            Mapping = Target.Rename(["odd.times"], suffix),
            Delivery = new DeliveryOptions { Sink = SinkKind.Client },
        })).Ran();
        Assert.Equal((RestoreStatus.Partial, 0), (report.Status, report.RecordsRestored));
        var error = Assert.Single(report.Errors);
        Assert.StartsWith($"odd.times{suffix}/0: RECORD_NOT_REPRESENTABLE", error, StringComparison.Ordinal);
        Assert.Contains("source offset 0 ", error, StringComparison.Ordinal);
        Assert.Empty(await target.ReadAsync("odd.times" + suffix));
    }

    [RealKafkaFact]
    public async Task A_topic_that_does_not_take_the_archives_times_is_named_with_the_settings_to_change()
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var report = (await target.RestoreAsync(target.Options("odd-times") with { Mapping = Target.Rename(["odd.times"], suffix) })).Ran();
        Assert.Equal((RestoreStatus.Partial, 0, "batch"), (report.Status, report.RecordsRestored, report.Sink));
        var error = Assert.Single(report.Errors);
        Assert.StartsWith($"odd.times{suffix}/0: PRODUCE_REFUSED", error, StringComparison.Ordinal);
        Assert.Contains("message.timestamp.after.max.ms", error, StringComparison.Ordinal);
        Assert.Empty(await target.ReadAsync("odd.times" + suffix));
    }

    [KafkaLauncherFact]
    public async Task A_topic_that_takes_only_small_batches_from_the_middle_on_gets_every_record_once()
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var report = (await target.RestoreAsync(
            target.Options("shop-none") with
            {
                Selection = new SelectionOptions { Include = ["orders"] },
                Mapping = Target.Rename(["orders"], suffix),
                Delivery = new DeliveryOptions { Codec = ProduceCodec.None },
            },
            around: sinks => new InterruptedSinks(sinks, 3, () => target.AlterAsync("orders" + suffix, "max.message.bytes", "1000")))).Done();
        var read = await target.ReadAllAsync(["orders" + suffix]);
        for (var partition = 0; partition < 3; partition++)
        {
            RecordComparison.AssertEqual(Golden.Expected("shop", "orders", partition), read[new Kafka.TargetPartition("orders" + suffix, partition)], $"orders/{partition}", offsets: false);
        }

        Assert.Equal(3_000, report.RecordsRestored);
    }

    [RealKafkaFact]
    public async Task A_topic_that_is_not_empty_is_refused_and_appended_to_when_allowed()
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var options = target.Options("shop") with { Mapping = Target.Rename(["payments"], suffix), Selection = new SelectionOptions { Include = ["payments"] } };
        _ = (await target.RestoreAsync(options)).Done();

        var refused = await target.RestoreAsync(options);
        Assert.Null(refused.Report);
        Assert.Equal([$"TARGET_NOT_EMPTY payments{suffix}/0", $"TARGET_NOT_EMPTY payments{suffix}/1"], refused.Errors());

        var report = (await target.RestoreAsync(options with { Preparation = options.Preparation with { AppendToExisting = true } })).Done();
        for (var partition = 0; partition < 2; partition++)
        {
            var expected = Golden.Expected("shop", "payments", partition);
            RecordComparison.AssertEqual([.. expected, .. expected], await target.ReadAsync("payments" + suffix, partition), $"payments/{partition}", offsets: false);
            Assert.Equal(expected.Count + 2, report.TopicsRestored[0].Partitions[partition].TargetFirstOffset); // a marker before each run's records
        }
    }

    [RealKafkaFact]
    public async Task A_target_that_does_not_fit_is_refused_with_every_finding_and_nothing_is_created()
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        await target.CreateAsync("orders" + suffix, 2, ("message.timestamp.type", "LogAppendTime"));
        var options = target.Options("shop") with
        {
            Mapping = Target.Rename(["orders", "payments", "customers", "orders-dlq"], suffix),
            Preparation = new PreparationOptions(),
        };
        var outcome = await target.RestoreAsync(options);
        Assert.Null(outcome.Report);
        Assert.Equal(
            [$"TARGET_PARTITIONS orders{suffix}", $"TARGET_TIMESTAMPS orders{suffix}", $"TARGET_TOPIC_MISSING customers{suffix}", $"TARGET_TOPIC_MISSING orders-dlq{suffix}", $"TARGET_TOPIC_MISSING payments{suffix}"],
            outcome.Errors().Order(StringComparer.Ordinal));
        await using var cluster = new Kafka.Client.TargetCluster(target.Connection);
        Assert.Equal(["orders" + suffix], (await cluster.DescribeTopicsAsync([.. outcome.Plan.Topics.Select(topic => topic.Name)], CancellationToken.None)).Keys);
    }

    [RealKafkaFact]
    public async Task Several_source_partitions_go_one_after_the_other_into_one_with_added_headers()
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var report = (await target.RestoreAsync(target.Options("shop") with
        {
            Selection = new SelectionOptions { Include = ["orders"] },
            Mapping = Target.Rename(["orders"], suffix) with { Partitions = new Dictionary<int, int> { [1] = 0, [2] = 0 } },
            Headers = new HeaderOptions { Strip = true, Add = true },
        })).Done();
        var expected = Enumerable.Range(0, 3).SelectMany(partition => Golden.Expected("shop", "orders", partition).Select(record => record with
        {
            Headers = [.. record.Headers, TestRecords.Header("x-original-offset", Text(record.Offset)), TestRecords.Header("x-original-timestamp", Text(record.Timestamp)), TestRecords.Header("x-source-partition", Text(partition))],
        })).ToList();
        RecordComparison.AssertEqual(expected, await target.ReadAsync("orders" + suffix), "orders", offsets: false);
        Assert.Equal([0, 1, 2], report.TopicsRestored[0].Partitions.Select(partition => partition.SourcePartition));

        static byte[] Text(long number) => System.Text.Encoding.ASCII.GetBytes($"{number}");
    }

    [RealKafkaTheory]
    [InlineData("shop")]
    [InlineData("edges")]
    public async Task A_small_memory_budget_restores_everything(string archive)
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var partitions = Golden.ExpectedPartitions(archive).ToList();
        if (archive == "edges")
        {
            await target.CreateAsync("edge.big" + suffix, 2, ("max.message.bytes", "4000000"));
        }

        var options = target.Options(archive);
        _ = (await target.RestoreAsync(options with
        {
            Mapping = Target.Rename(partitions.Select(partition => partition.Topic).Distinct(), suffix),
            Execution = new ExecutionOptions { MemoryBudgetBytes = 16 << 20 },
        })).Done();
        var read = await target.ReadAllAsync([.. partitions.Select(partition => partition.Topic + suffix).Distinct()]);
        foreach (var (topic, partition) in partitions)
        {
            RecordComparison.AssertEqual(GoldenRecords.OfSource(archive, topic, partition), read[new Kafka.TargetPartition(topic + suffix, partition)], $"{topic}/{partition}", offsets: false);
        }
    }

    [RealKafkaFact]
    public async Task A_run_that_is_stopped_reports_exactly_what_stands_in_the_logs()
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var options = target.Options("shop");
        Task stopping = Task.CompletedTask;
        var outcome = await target.RestoreAsync(
            options with
            {
                Mapping = Target.Rename(["orders", "payments", "customers", "orders-dlq"], suffix),
                Execution = new ExecutionOptions { MaxConcurrentLanes = 4, RecordsPerSecond = 1_000 },
            },
            (progress, stop) => stopping = Task.Run(async () =>
            {
                while (progress.Records < 500)
                {
                    await Task.Delay(5);
                }

                await stop.CancelAsync();
            }));
        await stopping;
        var report = outcome.Ran();
        Assert.Equal(RestoreStatus.Stopped, report.Status);
        Assert.InRange(report.RecordsRestored, 500, 4_249);
        foreach (var topic in report.TopicsRestored)
        {
            foreach (var partition in topic.Partitions)
            {
                var log = await target.ReadAsync(topic.TargetTopic, partition.TargetPartition);
                Assert.Equal(partition.Records, log.Count);
                RecordComparison.AssertEqual([.. Golden.Expected("shop", topic.SourceTopic, partition.SourcePartition).Take(log.Count)], log, $"{topic.SourceTopic}/{partition.SourcePartition}", offsets: false);
            }
        }

        Assert.Contains(outcome.Progress!.Lanes, lane => lane.State == LaneState.Stopped);
    }
}
