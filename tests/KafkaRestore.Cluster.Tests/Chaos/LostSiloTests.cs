using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Cluster.Tests.Support;
using KafkaRestore.Service.Testing;
using KafkaRestore.Testing;

namespace KafkaRestore.Cluster.Tests.Chaos;

/// <summary>Three silos over a real Redis restore 64 partitions while silos are killed, stand still and join, and while Redis starts again: every record once, in order.</summary>
public sealed class LostSiloTests(Xunit.Abstractions.ITestOutputHelper output) : IAsyncLifetime
{
    private const int Partitions = 64;
    private const int Records = 900;
    private const int Rate = 2_500;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly List<SiloProcess> _silos = [];
    private LocalRedis? _redis;

    public async Task InitializeAsync()
    {
        _redis = await LocalRedis.StartAsync();
        await Task.WhenAll(AddAsync("a"), AddAsync("b"), AddAsync("c"));
    }

    public async Task DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }

        await _redis!.DisposeAsync();
    }

    [KafkaLauncherFact]
    public async Task Killed_ones_and_joining_ones_lose_and_double_nothing()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (restore, id) = await SubmitAsync();
        for (var kill = 1; kill <= 4; kill++)
        {
            await ProgressAsync(id);
            var victim = _silos.Where(static silo => silo.IsAlive).OrderBy(_ => random.Next()).First();
            var lanes = await LanesOfAsync(id, victim);
            output.WriteLine($"kill -9 {victim.Name} with {lanes.Count} lanes");
            victim.Signal("KILL");
            await victim.EndedAsync();
            await TakenOverAsync(id, victim, lanes);
            await AddAsync($"{victim.Name}{kill}");
        }

        await EndAsync(restore, id);
    }

    [KafkaLauncherFact]
    public async Task One_that_stands_still_and_wakes_writes_nothing_any_more()
    {
        var (restore, id) = await SubmitAsync();
        await ProgressAsync(id);
        var asleep = _silos[0];
        var isListed = true;
        var lanes = await LanesOfAsync(id, asleep);
        asleep.Signal("STOP");
        await TakenOverAsync(id, asleep, lanes);
        await UntilAsync(id, _ => !isListed, async () => isListed = (await Anyone.ClusterAsync(default)).Silos.Any(silo => silo.Name == asleep.Name));
        asleep.Signal("CONT");

        await EndAsync(restore, id);

        // The others have declared it dead, and it ends by itself; whoever keeps it running starts it again.
        await asleep.EndedAsync();
        Assert.NotEqual(0, asleep.ExitCode);
    }

    [KafkaLauncherFact]
    public async Task Groups_of_a_lost_silo_are_reset_by_another_one()
    {
        var restore = await SubmittedRestore.CreateAsync(4, 50);
        var groups = restore.AddGroups(90);
        var restored = await Anyone.SubmitAsync(restore.Submission(), default);
        await UntilAsync(restored.Job.Id, static info => info.State == JobState.Done);

        // One group has a member, so its share is under way until it leaves.
        var member = await restore.JoinAsync(groups.Keys.First());
        var reset = restore.Submission("auto_consumer_groups: true\n  wait_for_empty_groups: 3m") with { Kind = JobKind.OffsetReset };
        var id = (await Anyone.SubmitAsync(reset, default)).Job.Id;
        using var heard = new CancellationTokenSource(Patience);
        await foreach (var told in Anyone.EventsAsync(id, 0, heard.Token))
        {
            if (told.Text?.Contains("waiting until these have no members", StringComparison.Ordinal) is true)
            {
                break;
            }
        }

        foreach (var victim in _silos[..2])
        {
            victim.Signal("KILL");
            await victim.EndedAsync();
        }

        await member.LeaveAsync();
        var ended = await UntilAsync(id, static info => info.State.HasEnded());
        Assert.True(ended.State == JobState.Done, $"{ended.State}: {string.Join("; ", ended.Problems)}");
        Assert.Equal((groups.Count, 0), (ended.Groups!.Reset, ended.Groups.Failed));
        await restore.GroupsMustStandAsync(groups);
    }

    [KafkaLauncherFact]
    public async Task A_redis_that_starts_again_is_waited_for()
    {
        var (restore, id) = await SubmitAsync();
        await ProgressAsync(id);
        await _redis!.RestartAsync();
        await ProgressAsync(id);
        await _redis.RestartAsync();
        await EndAsync(restore, id);
        Assert.All(_silos, static silo => Assert.True(silo.IsAlive, silo.Log));
    }

    [KafkaLauncherFact]
    public async Task One_that_leaves_gives_its_lanes_away_and_no_call_fails()
    {
        var (restore, id) = await SubmitAsync();
        await ProgressAsync(id);
        foreach (var leaving in _silos[..2])
        {
            leaving.Signal("TERM");
            await ProgressAsync(id);
            await leaving.EndedAsync();
            Assert.Equal(0, leaving.ExitCode);
            Assert.DoesNotContain("INTERNAL", leaving.Log, StringComparison.Ordinal);
        }

        await EndAsync(restore, id);
    }

    [KafkaLauncherFact]
    public async Task What_redis_has_forgotten_is_adopted_from_archive_and_target()
    {
        var (restore, id) = await SubmitAsync();
        await UntilAsync(id, info => info.Progress is { Lanes.Done: >= 5 });
        foreach (var silo in _silos)
        {
            silo.Signal("KILL");
            await silo.EndedAsync();
        }

        // All state is gone; records are there.
        await _redis!.DisposeAsync();
        _redis = await LocalRedis.StartAsync();
        var fresh = await AddAsync("fresh");
        var refused = await Assert.ThrowsAsync<SubmissionRefused>(() => fresh.Service.SubmitAsync(restore.Submission(), default));
        Assert.Contains(refused.Findings, static finding => finding.Code == "TARGET_NOT_EMPTY");

        var adopted = await fresh.Service.SubmitAsync(restore.Submission() with { Adopt = true }, default);
        await EndAsync(restore, adopted.Job.Id);
    }

    private async Task<SiloProcess> AddAsync(string name)
    {
        var silo = await SiloProcess.StartAsync(_redis!, "chaos", name);
        lock (_silos)
        {
            _silos.Add(silo);
        }

        return silo;
    }

    private async Task<(SubmittedRestore Restore, string Id)> SubmitAsync()
    {
        var restore = await SubmittedRestore.CreateAsync(Partitions, Records);
        var submitted = await Anyone.SubmitAsync(restore.Submission($"rate_limit_records_per_sec: {Rate}"), default);
        return (restore, submitted.Job.Id);
    }

    private IRestoreService Anyone => _silos.Last(static silo => silo.IsAlive).Service;

    /// <summary>Waits until more records are restored than now.</summary>
    private async Task ProgressAsync(string id)
    {
        var before = (await Anyone.GetAsync(id, default)).Progress?.Records ?? 0;
        var began = TimeProvider.System.GetTimestamp();
        await UntilAsync(id, info => info.State.HasEnded() || info.Progress?.Records > before);
        output.WriteLine($"records went on after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    /// <summary>Waits until lanes are at work on a silo: those, by partition; none where the job ends before.</summary>
    private async Task<IReadOnlyDictionary<int, long>> LanesOfAsync(string id, SiloProcess silo)
    {
        Dictionary<int, long> there = [];
        await UntilAsync(id, info => info.State.HasEnded() || there.Count > 0, async () =>
        {
            var lanes = (await Anyone.LanesAsync(id, new LaneQuery("running", 0, Partitions), default)).Lanes;
            there = lanes.Where(lane => lane.Silo == silo.Name).ToDictionary(static lane => lane.Partition, static lane => lane.Records);
        });
        return there;
    }

    /// <summary>Waits until every one of them is done, or has restored more on another silo than it had here.</summary>
    private async Task TakenOverAsync(string id, SiloProcess lost, IReadOnlyDictionary<int, long> lanes)
    {
        var began = TimeProvider.System.GetTimestamp();
        var left = lanes.Keys.ToHashSet();
        await UntilAsync(id, info => info.State.HasEnded() || left.Count == 0, async () =>
        {
            foreach (var lane in (await Anyone.LanesAsync(id, new LaneQuery(null, 0, Partitions), default)).Lanes)
            {
                if (lane.State == "done" || (lane.State == "running" && lane.Silo != lost.Name && lane.Records > lanes.GetValueOrDefault(lane.Partition)))
                {
                    left.Remove(lane.Partition);
                }
            }
        });
        output.WriteLine($"{lanes.Count} lanes of {lost.Name} went on elsewhere after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    private async Task EndAsync(SubmittedRestore restore, string id)
    {
        var ended = await UntilAsync(id, static info => info.State.HasEnded());
        Assert.True(ended.State == JobState.Done, $"{ended.State}: {string.Join("; ", ended.Problems)}\n{string.Join("\n", _silos.Select(static silo => $"--- {silo.Name}\n{silo.Log}"))}");
        Assert.Equal(Partitions * Records, ended.Progress!.Records);
        await restore.MustBeThereOnceAsync();
    }

    private async Task<JobInfo> UntilAsync(string id, Func<JobInfo, bool> isReached, Func<Task>? look = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        JobInfo? last = null;
        try
        {
            while (true)
            {
                last = await Anyone.GetAsync(id, patience.Token);
                await (look?.Invoke() ?? Task.CompletedTask);
                if (isReached(last))
                {
                    return last;
                }

                await Task.Delay(Look, patience.Token);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"job {id} did not get there: {last?.State}, {last?.Progress}\n{string.Join("\n", _silos.Select(static silo => $"--- {silo.Name}\n{silo.Log}"))}");
        }
    }
}
