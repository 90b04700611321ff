using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Tests.Running;
using KafkaRestore.Records.Limits;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Integration;

/// <summary>
/// The limit of a run into a real broker. All lanes are open from the start: a lane that opens waits for its producer's id, and where all open
/// ones do, nobody uses the rate. Runs alone.
/// </summary>
[Collection(nameof(AllocationTests))]
public sealed class RestoreRateTests
{
    [RealKafkaFact]
    public async Task The_rate_of_records_is_kept()
    {
        // 4,250 records at 700 a second: about six seconds.
        const int perSecond = 700;
        const double grant = perSecond / 20.0;
        var target = await Target.SharedAsync();
        var suffix = Target.NewSuffix();
        var options = target.Options("shop");
        var samples = new List<(TimeSpan At, long Sent, bool AllBegun)>();
        var sampling = Task.CompletedTask;
        var outcome = await target.RestoreAsync(
            options with
            {
                Mapping = Target.Rename(["orders", "payments", "customers", "orders-dlq"], suffix),
                Execution = new ExecutionOptions { MaxConcurrentLanes = 12, RecordsPerSecond = perSecond },
            },
            (progress, _) => sampling = Task.Run(async () =>
            {
                using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
                while (progress.RecordsAccountedFor < progress.Plan.RecordCount && await clock.WaitForNextTickAsync())
                {
                    samples.Add((progress.Elapsed, progress.Lanes.Sum(lane => lane.Sent), progress.Lanes.All(lane => lane.Acknowledged > 0)));
                }
            }));
        _ = outcome.Done();
        await sampling;

        var first = samples.First(sample => sample.AllBegun);
        var last = samples.First(sample => sample.Sent == samples[^1].Sent);
        var seconds = (last.At - first.At).TotalSeconds;
        var rate = (last.Sent - first.Sent) / seconds;

        // Time in which this process did not run at all, which the clock of the samples shows, may be lost; it is never made up for.
        var stalls = samples.Zip(samples.Skip(1), (a, b) => b.At - a.At).Where(gap => gap > RateLimiter.Burst).Sum(gap => gap.TotalSeconds);
        var least = perSecond * (1 - (stalls / seconds));
        Assert.InRange(rate, (least * 0.97) - (grant / seconds), (perSecond * 1.03) + (grant / seconds));
    }
}
