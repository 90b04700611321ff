using Confluent.Kafka;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Tests.Integration;
using KafkaRestore.Engine.Verification;
using KafkaRestore.Engine.Verification.Comparison;
using KafkaRestore.Engine.Verification.Reporting;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Verification;

public sealed class VerificationOnBrokerTests
{
    private static readonly string[] s_topics = ["orders", "customers"];

    [RealKafkaFact]
    public async Task A_restored_archive_is_equal_at_all_levels_until_somebody_writes_one_more_record()
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var options = target.Options("shop") with { Mapping = Target.Rename(s_topics, suffix), Selection = new SelectionOptions { Include = s_topics } };
        var restored = (await target.RestoreAsync(options)).Done().RecordsRestored;

        foreach (var level in Enum.GetValues<VerificationLevel>())
        {
            var report = await VerifyAsync(options, new VerificationOptions { Level = level });
            Assert.True(report.Status == VerificationStatus.Equal, $"{level}: {report.Status}: {string.Join(" | ", report.Errors)}; {string.Join(" | ", report.Partitions.Select(partition => partition.Difference))}");
            Assert.Equal((restored, restored), (report.RecordsExpected, report.RecordsInTarget));
            Assert.All(report.Partitions, partition => Assert.Equal((level == VerificationLevel.Hashes, partition.ExpectedSha256), (partition.TargetSha256 is not null, partition.TargetSha256)));
        }

        var written = new TargetPartition("orders" + suffix, 1);
        var offset = await WriteAsync(target.Connection, written);
        foreach (var level in Enum.GetValues<VerificationLevel>())
        {
            var report = await VerifyAsync(options, new VerificationOptions { Level = level });
            Assert.Equal(VerificationStatus.Different, report.Status);
            var different = Assert.Single(report.Partitions, partition => partition.Difference is not null);
            Assert.Equal((written.Topic, written.Partition, DifferenceKind.ExtraInTarget, 1), (different.Topic, different.Partition, different.Difference!.Kind, different.Difference.Records));
            Assert.Equal(level == VerificationLevel.Counts ? null : offset, different.Difference.TargetOffset);

            report = await VerifyAsync(options, new VerificationOptions { Level = level, AllowNewer = true });
            Assert.Equal((VerificationStatus.Equal, 1), (report.Status, report.RecordsNewer));
        }
    }

    [RealKafkaFact]
    public async Task Headers_that_a_restore_kept_are_a_difference_unless_they_are_ignored()
    {
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var kept = target.Options("edges") with { Mapping = Target.Rename(["edge.shuffled"], suffix), Selection = new SelectionOptions { Include = ["edge.shuffled"] }, Headers = new HeaderOptions() };
        _ = (await target.RestoreAsync(kept)).Done();
        var stripped = kept with { Headers = new HeaderOptions { Strip = true } };

        Assert.Equal(VerificationStatus.Equal, (await VerifyAsync(kept, new VerificationOptions())).Status);
        var report = await VerifyAsync(stripped, new VerificationOptions());
        Assert.All(report.Partitions, partition => Assert.Equal((DifferenceKind.Headers, 0), (partition.Difference!.Kind, partition.Difference.EqualBefore)));
        Assert.Equal(VerificationStatus.Equal, (await VerifyAsync(stripped, new VerificationOptions { IgnoredHeaders = ["x-original-offset", "x-original-timestamp"] })).Status);
    }

    private static async Task<VerificationReport> VerifyAsync(RestoreOptions restore, VerificationOptions options)
    {
        await using var storage = StorageFactory.Open(restore.Storage);
        await using var cluster = new TargetCluster(restore.Target);
        var job = new VerificationJob(restore, options, storage, cluster, (budget, token) => TargetReaders.OpenAsync(restore.Target, budget, cancellationToken: token));
        var plan = await job.PlanAsync(CancellationToken.None);
        return await job.RunAsync(plan, new VerificationProgress(plan, TimeProvider.System), CancellationToken.None);
    }

    private static async Task<long> WriteAsync(KafkaConnectionOptions connection, TargetPartition partition)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = string.Join(',', connection.BootstrapServers) }).Build();
        var report = await producer.ProduceAsync(new TopicPartition(partition.Topic, partition.Partition), new Message<byte[], byte[]> { Key = [1], Value = [2] });
        return report.Offset.Value;
    }
}
