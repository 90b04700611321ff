using System.Globalization;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Chaos.Tests.Clusters;
using KafkaRestore.Chaos.Tests.Faults;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Storage;

/// <summary>An archive on S3 whose connections are slow and break, and one that loses an object.</summary>
[Collection(OneBrokerCollection.Name)]
public sealed class StorageFaultTests(OneBroker broker)
{
    // Every request needs a connection of its own, and most of them break off.
    private const int ShortestLife = 500;
    private const int LongestLife = 40_000;

    [LauncherAndS3Fact]
    public async Task A_storage_that_is_slow_and_breaks_off_costs_time_and_nothing_else()
    {
        var random = new Random(ChaosSettings.Seed);
        await using var proxy = NewProxy();
        await using var scenario = await OnS3Async(proxy);
        proxy.Life = () => random.Next(ShortestLife, LongestLife);
        proxy.Delay = TimeSpan.FromMilliseconds(2);

        (await scenario.RunAsync()).MustExit(0);

        Assert.True(proxy.Resets > 0, $"no connection was reset; {ChaosSettings.Again}");
        await scenario.MustBeExactAsync();
    }

    [LauncherAndS3Fact]
    public async Task A_storage_that_goes_away_in_the_middle_is_waited_for()
    {
        const int attempts = 3;
        await using var proxy = NewProxy();
        await using var scenario = await OnS3Async(proxy);
        scenario.RecordsPerSecond = 10_000;

        // Slow enough that segments are still to be fetched when the first records are written.
        proxy.Delay = TimeSpan.FromMilliseconds(40);
        await using var program = await scenario.StartWritingAsync(["memory_budget: 11MiB"]);
        proxy.Refuses = true;
        await Watch.UntilAsync("the storage is asked in vain", () => Task.FromResult(proxy.Refused >= attempts), program);
        proxy.Delay = TimeSpan.Zero;
        proxy.Refuses = false;

        (await program.EndAsync()).MustExit(0);
        await scenario.MustBeExactAsync();
    }

    [KafkaLauncherFact]
    public async Task A_segment_that_is_damaged_while_the_restore_is_interrupted_stops_its_partition_until_it_is_back()
    {
        await using var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        await scenario.KillInTheMiddleAsync();
        var segment = Directory.EnumerateFiles(Path.Combine(scenario.StorageDirectory, scenario.BackupId, "topics", "orders", "partition=0")).Order(StringComparer.Ordinal).Last();
        var whole = await File.ReadAllBytesAsync(segment);
        var damaged = whole.ToArray();
        damaged[damaged.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(segment, damaged);

        var error = Assert.Single((await scenario.RunAsync()).MustExit(4).Errors);
        Assert.Contains(Path.GetFileName(segment), error, StringComparison.Ordinal);
        Assert.Contains(ErrorCodes.ArchiveCorrupt.Word, error, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(segment, whole);
        (await scenario.RunAsync()).MustExit(0);

        await scenario.MustBeExactAsync();
    }

    private static FaultyProxy NewProxy() => new() { ServerPort = int.Parse(S3Server.Shared.Endpoint.Split(':')[2], CultureInfo.InvariantCulture) };

    /// <summary>A scenario whose archive lies on S3 and is reached through the proxy.</summary>
    private async Task<Scenario> OnS3Async(FaultyProxy proxy)
    {
        var server = S3Server.Shared;
        var prefix = S3Server.NewPrefix();
        var scenario = await Scenario.CreateAsync(await broker.ClusterAsync(), new PlainRecipe());
        await using var storage = StorageFactory.Open(new S3StorageOptions
        {
            Bucket = server.Bucket, Prefix = prefix, Endpoint = server.Endpoint, AccessKey = new Secret(server.AccessKey), SecretKey = new Secret(server.SecretKey),
        });
        foreach (var file in Directory.EnumerateFiles(scenario.StorageDirectory, "*", SearchOption.AllDirectories))
        {
            var key = Path.GetRelativePath(scenario.StorageDirectory, file);
            await storage.WriteAsync(key, await File.ReadAllBytesAsync(file), WriteMode.CreateNew, CancellationToken.None);
        }

        scenario.StorageKeys =
        [
            "backend: s3", $"bucket: {server.Bucket}", $"prefix: {prefix}", $"endpoint: http://127.0.0.1:{proxy.Port}",
            $"access_key: {server.AccessKey}", $"secret_key: {server.SecretKey}", "path_style: true", "allow_http: true",
        ];
        return scenario;
    }
}

/// <summary>A test that needs a launcher of Kafka and an S3 server.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LauncherAndS3FactAttribute : FactAttribute
{
    public LauncherAndS3FactAttribute() => Skip = new KafkaLauncherFactAttribute().Skip ?? S3Server.WhyMissing;
}
