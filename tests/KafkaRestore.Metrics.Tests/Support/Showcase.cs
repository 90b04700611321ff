using KafkaRestore.Api.Contracts;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Metrics.Exposition;
using KafkaRestore.Metrics.Following;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Metrics.Tests.Support;

/// <summary>Every number that there is, with a value.</summary>
internal static class Showcase
{
    /// <summary>All families; those of the program have a series each.</summary>
    public static async Task<IReadOnlyList<MetricFamily>> FamiliesAsync()
    {
        var time = new ManualTime();
        await using var metrics = new RestoreMetrics(time, TimeSpan.Zero);
        using var reader = new MeterReader(metrics.Instruments.Meter);
        metrics.Follow(new AnsweringService { Answer = static () => Task.FromResult(new ClusterInfo("standalone", "1", [], new Dictionary<string, int>())) });
        metrics.CountersOf(new InMemoryStorageOptions()).AddRequest(TimeSpan.FromSeconds(1));
        var labels = new RunLabels("nightly", "shop", "job");
        metrics.Follow(labels, Lanes.Run(time, ("orders", 0, 10))).Dispose();
        var run = Lanes.Run(time, ("orders", 0, 10), ("orders", 1, 10));
        using var followed = metrics.Follow(labels, run);
        run.Lanes[0].Begin();
        time.Advance(TimeSpan.FromSeconds(1));
        run.Lanes[0].Acknowledge(5);
        run.Lanes[0].Checkpointed(1, 1);
        run.Lanes[1].Fail(ErrorCodes.TargetUnreachable);
        return reader.Read();
    }
}
