using KafkaRestore.Chaos.Tests.Programs;
using KafkaRestore.Chaos.Tests.Scenarios;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Kills;

/// <summary>One restore that is killed a random number of times; every run but the last has other limits, batches and codecs, which must not matter.</summary>
internal sealed class KilledJob(KafkaBroker broker, Recipe recipe, int seed)
{
    private const int Records = 4_000;
    private const int MostKills = 8;

    // A run without a kill takes three seconds or more. Half of the kills come at any time from the start on, half once a lane is at work.
    private const int RecordsPerSecond = 1_500;
    private const int LatestKillMilliseconds = 2_500;
    private const int LatestHitMilliseconds = 800;

    private readonly Random _random = new(seed);

    /// <summary>Runs it to its end and judges it.</summary>
    /// <param name="most">Most kills.</param>
    /// <param name="tally">What was counted before.</param>
    public async Task<KillTally> RunAsync(int most, KillTally tally)
    {
        await using var scenario = await Scenario.CreateAsync(broker, recipe, seed, Records);
        var kills = Math.Min(most, _random.Next(1, MostKills + 1));
        for (var kill = 0; kill < kills; kill++)
        {
            // The first one of each job hits a lane at work whatever the machine's pace.
            var waits = kill == 0 || _random.Next(2) == 0;
            var delay = TimeSpan.FromMilliseconds(_random.Next(waits ? LatestHitMilliseconds : LatestKillMilliseconds));
            scenario.ReversesMappings = _random.Next(2) == 0;
            await using var program = scenario.Start(Tuning(), Flags());
            if (waits)
            {
                await Watch.UntilAsync("a lane is at work, or the run is over", () => Task.FromResult(program.HasEnded || HitALane(scenario, program)));
            }

            await Task.Delay(delay);
            if (!await program.KillAsync())
            {
                MustHaveFinished(await program.EndAsync());
                break;
            }

            tally = tally with { Kills = tally.Kills + 1, Hits = tally.Hits + (HitALane(scenario, program) ? 1 : 0) };
        }

        var last = MustHaveFinished(await scenario.RunAsync(flags: Flags()));
        await scenario.MustBeExactAsync();
        var recognised = last.Report.TryGetProperty("records_recognised", out var count) ? count.GetInt64() : 0;
        return tally with { Jobs = tally.Jobs + 1, Records = tally.Records + scenario.Records, Recognised = tally.Recognised + recognised };
    }

    /// <summary>Whether a lane was at work: its last checkpoint is of this run and says so.</summary>
    private static bool HitALane(Scenario scenario, RestoreProcess killed) =>
        LaneFiles.Read(scenario.StateDirectory).Any(lane => lane.State == "running" && lane.WrittenAt >= killed.StartedAt);

    private static RestoreResult MustHaveFinished(RestoreResult result)
    {
        result.MustExit(0);
        Assert.Equal("done", result.Report.GetProperty("status").GetString());
        return result;
    }

    private string[] Flags() => _random.Next(6) == 0 ? ["--adopt"] : [];

    private IReadOnlyList<string> Tuning() =>
    [
        $"rate_limit_records_per_sec: {_random.Next(RecordsPerSecond / 2, RecordsPerSecond)}",
        $"produce_batch_size: {_random.Next(1, 500)}",
        $"produce_linger: {_random.Next(30)}ms",
        $"produce_codec: {Pick("none", "lz4", "zstd", "gzip")}",
        $"max_concurrent_partitions: {_random.Next(1, 6)}",
        $"checkpoint_interval_secs: {Pick("1s", "2s")}",
    ];

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
