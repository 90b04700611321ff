using KafkaRestore.Fuzz;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>A short run of the fuzzer with the same cases every time; the long ones are run by hand.</summary>
public sealed class FuzzTests
{
    [Fact]
    public async Task Damaged_archives_give_clean_errors_or_whole_reads()
    {
        var options = new FuzzOptions { Iterations = 3000, Seed = 4, Golden = Golden.Backups };
        var report = await new Fuzzer(options).RunAsync(TextWriter.Null, default);
        Assert.True(report.Failure is null, report.Failure);
        Assert.Equal(3000, report.Iterations);

        // The damage must reach the depths: every target reads some, and many different errors are met.
        Assert.All(new[] { "segment read", "manifest read", "json read", "segment ARCHIVE_CORRUPT", "manifest MANIFEST_INVALID" }, outcome => Assert.Contains(outcome, report.Outcomes.Keys));
        Assert.True(report.Messages > 100, $"{report.Messages} messages");
    }
}
