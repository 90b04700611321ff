using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.State;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Plans;
using KafkaRestore.Offsets.Resetting;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Offsets.Translation;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Documentation;

/// <summary>The example of docs/consumer-groups.md, compiled, and held equal to the page.</summary>
public sealed class LibraryExample
{
    private static async Task<GroupResetReport> RunAsync(CancellationToken stop)
    {
        // example
        using var maps = JobMaps.Read(JobLocation.AtFile("/var/lib/kafka-restore/web-shop/job.json"));
        var groups = await GroupSourceReader.ReadAsync("groups.csv", cancellationToken: stop);
        await using var target = ConsumerGroups.Open(new KafkaConnectionOptions { BootstrapServers = ["localhost:9092"] });

        var plan = await new ResetPlanner(new MapTranslation(maps), target, TimeProvider.System).PlanAsync(groups, "web-shop", ["localhost:9092"], stop);
        var report = await new GroupReset(target).RunAsync(plan.ToCommit(), save: null, stop);
        // end
        return report;
    }

    [Fact]
    public void The_page_shows_what_is_compiled_here()
    {
        var root = Path.GetFullPath(Path.Combine(Golden.Root, "..", ".."));
        var lines = File.ReadAllLines(Path.Combine(root, "tests", "KafkaRestore.Offsets.Tests", "Documentation", "LibraryExample.cs"));
        var example = lines.SkipWhile(line => line.Trim() != "// example").Skip(1).TakeWhile(line => line.Trim() != "// end").Select(line => line.Length > 8 ? line[8..] : "");
        Assert.Contains(string.Join('\n', example), File.ReadAllText(Path.Combine(root, "docs", "consumer-groups.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.NotNull((Func<CancellationToken, Task<GroupResetReport>>)RunAsync);
    }
}
