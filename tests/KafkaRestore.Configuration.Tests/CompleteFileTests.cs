using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration.Tests.Support;
using KafkaRestore.Kafka;

namespace KafkaRestore.Configuration.Tests;

public sealed class CompleteFileTests
{
    private readonly RestoreConfiguration _configuration = new ConfigurationReader(
        new FakeExpansionSource { Variables = { ["TEST_PASSWORD"] = "hunter2" } }).Read(Fixture.Complete, "complete.yaml").Require();

    [Fact]
    public void A_file_of_the_existing_program_starts_unchanged()
    {
        var options = _configuration.Options;

        Assert.Equal("archive-2025-01-15", options.BackupId);
        Assert.Equal(["broker-a:9092", "broker-b:9092"], options.Target.BootstrapServers);
        Assert.Equal((SecurityProtocolKind.SaslSsl, SaslMechanismKind.Plain), (options.Target.Security.Protocol, options.Target.Security.Mechanism));
        Assert.Equal("hunter2", options.Target.Security.Password.Reveal());
        Assert.Equal("/etc/test/ca.pem", options.Target.Security.CaLocation);
        Assert.Equal(["alpha", "beta", "gamma-*", @"~delta-\d+"], options.Selection.Include);
        Assert.Equal(["*-private", "__*"], options.Selection.Exclude);
        Assert.Equal(new S3StorageOptions { Bucket = "test-archives", Region = "us-east-1", Prefix = "cluster-a" }, options.Storage);
        Assert.Equal((1705312800000, 1705316400000), (options.Selection.TimeWindowStart, options.Selection.TimeWindowEnd));
        Assert.Equal([0, 1, 2], options.Selection.SourcePartitions!.Order());
        Assert.Equal("alpha-restored", options.Mapping.Topics["alpha"]);
        Assert.Equal(2, options.Mapping.Partitions[1]);
        Assert.True(options.Headers.Add);
        Assert.False(options.DryRun);
        Assert.Equal(4, options.Execution.MaxConcurrentLanes);
        Assert.Equal(1000, options.Delivery.BatchRecords);
        Assert.Equal(50_000, options.Execution.RecordsPerSecond);
        Assert.Equal("/var/lib/test/checkpoint.json", options.State!.CheckpointFile);
        Assert.Equal(TimeSpan.FromMinutes(1), options.Execution.CheckpointInterval);
        Assert.Equal("/var/lib/test/offsets.json", _configuration.OffsetReportPath);
    }

    [Fact]
    public void Everything_in_it_has_its_effect() => Assert.Empty(_configuration.Notices);
}
