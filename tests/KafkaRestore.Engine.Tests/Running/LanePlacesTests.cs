using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Running;
using KafkaRestore.Kafka;

namespace KafkaRestore.Engine.Tests.Running;

public sealed class LanePlacesTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task More_places_take_waiting_lanes_at_once()
    {
        var stage = new Stage(Plain(5));
        var all = stage.Places.RunAsync(1);
        await stage.BegunAsync(1);
        Assert.Equal(["t/0"], stage.Running);

        stage.Places.Resize(3);

        await stage.BegunAsync(3);
        Assert.Equal(["t/0", "t/1", "t/2"], stage.Running);
        stage.EndAll();
        await all.WaitAsync(s_patience);
        Assert.Equal((5, 3), (stage.Ran, stage.Most));
    }

    [Fact]
    public async Task With_fewer_places_running_lanes_end_by_themselves_and_no_new_one_begins_until_the_number_fits()
    {
        var stage = new Stage(Plain(6));
        var all = stage.Places.RunAsync(3);
        await stage.BegunAsync(3);

        stage.Places.Resize(1);
        stage.End("t/0");
        stage.End("t/2");
        await stage.LeftAsync(1);
        Assert.Equal(["t/1"], stage.Running);
        stage.End("t/1");

        await stage.BegunAsync(4);
        Assert.Equal(["t/3"], stage.Running);
        stage.EndAll();
        await all.WaitAsync(s_patience);
        Assert.Equal(6, stage.Ran);
    }

    [Fact]
    public async Task Places_of_lanes_that_cannot_go_on_are_lent_and_taken_back()
    {
        var stage = new Stage(Plain(9));
        var all = stage.Places.RunAsync(2);
        await stage.BegunAsync(2);

        stage.Places.Lend(stalled: 2, most: 3);
        await stage.BegunAsync(3);
        Assert.Equal((3, 3), (stage.Running.Count(), stage.Reserved));

        stage.Places.Lend(stalled: 0, most: 3);
        stage.End("t/2");
        await stage.LeftAsync(2);
        Assert.Equal(["t/0", "t/1"], stage.Running);
        Assert.Equal(2, stage.Reserved);
        stage.EndAll();
        await all.WaitAsync(s_patience);
        Assert.Equal((9, 3), (stage.Ran, stage.Most));
    }

    [Fact]
    public async Task What_is_reserved_covers_lanes_that_still_run_and_falls_when_they_end()
    {
        var stage = new Stage(Plain(6));
        var all = stage.Places.RunAsync(3);
        await stage.BegunAsync(3);
        stage.Places.Resize(1);
        Assert.Equal(3, stage.Reserved);
        stage.End("t/0");
        await stage.LeftAsync(2);
        Assert.Equal(2, stage.Reserved);
        stage.Places.Resize(5);
        Assert.Equal(5, stage.Reserved);
        stage.EndAll();
        await all.WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_failure_is_told_after_every_lane_has_ended()
    {
        var stage = new Stage(Plain(4)) { Failing = "t/1" };
        var all = stage.Places.RunAsync(2);
        stage.EndAll();
        var failure = await Assert.ThrowsAsync<InvalidTimeZoneException>(() => all.WaitAsync(s_patience));
        Assert.Equal(("odd", 4), (failure.Message, stage.Ran));
    }

    [Fact]
    public async Task After_a_stop_no_place_takes_a_lane_and_more_places_neither()
    {
        using var stop = new CancellationTokenSource();
        var stage = new Stage(Plain(5), stop.Token);
        var all = stage.Places.RunAsync(1);
        await stage.BegunAsync(1);
        await stop.CancelAsync();
        stage.Places.Resize(4);
        stage.EndAll();
        await all.WaitAsync(s_patience);
        Assert.Equal(1, stage.Ran);
        stage.Places.Resize(9);
        Assert.Equal(1, stage.Ran);
    }

    [Fact]
    public async Task There_is_always_a_place() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => new Stage(Plain(1)).Places.RunAsync(0));

    [Fact]
    public void However_places_change_every_lane_runs_once_and_never_more_at_once_than_allowed() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => RunAtRandomAsync(seed).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static async Task RunAtRandomAsync(int seed)
    {
        var random = new Random(seed);
        var lanes = Plain(random.Next(0, 20)).Concat(Spread("s", random.Next(0, 7))).Concat(Plain(random.Next(0, 5), "u")).Concat(Spread("v", random.Next(0, 3))).ToList();
        var ran = new ConcurrentBag<LanePlan>();
        var groups = 0;
        var queue = new LaneQueue<LanePlan>(lanes, static lane => lane, together: 2);
        var taken = 0;
        var reserved = 0;
        var places = new LanePlaces<LanePlan>(
            queue,
            async group =>
            {
                Assert.True(Interlocked.Increment(ref taken) <= Volatile.Read(ref reserved), $"seed {seed}: a lane has no room");
                if (group[0].Repartitioning is not null)
                {
                    Assert.True(Interlocked.Increment(ref groups) == 1, $"seed {seed}: two groups at once");
                }

                await Task.Yield();
                foreach (var lane in group)
                {
                    ran.Add(lane);
                }

                if (group[0].Repartitioning is not null)
                {
                    Interlocked.Decrement(ref groups);
                }

                Interlocked.Decrement(ref taken);
            },
            CancellationToken.None)
        {
            Reserve = count => Volatile.Write(ref reserved, count),
        };
        var all = places.RunAsync(random.Next(1, 6));
        for (var i = 0; i < 20; i++)
        {
            places.Resize(random.Next(1, 6));
            await Task.Yield();
        }

        await all.WaitAsync(s_patience);
        Assert.Equal(lanes.Count, ran.Count);
        Assert.Equal(lanes.ToHashSet(ReferenceEqualityComparer.Instance), ran.ToHashSet(ReferenceEqualityComparer.Instance));
    }

    private static IEnumerable<LanePlan> Plain(int count, string topic = "t") =>
        Enumerable.Range(0, count).Select(partition => new LanePlan { Target = new TargetPartition(topic, partition), Sources = [] });

    private static IEnumerable<LanePlan> Spread(string topic, int count) => Enumerable.Range(0, count).Select(partition =>
        new LanePlan { Target = new TargetPartition(topic, partition), Sources = [], Repartitioning = new Repartitioning(PartitioningStrategy.Murmur2, count) });

    /// <summary>Lanes that run until they are told to end.</summary>
    private sealed class Stage
    {
        private readonly Lock _gate = new();
        private readonly SortedDictionary<string, TaskCompletionSource> _running = new(StringComparer.Ordinal);
        private readonly List<(Func<bool> Seen, TaskCompletionSource Done)> _awaited = [];
        private bool _endAll;

        public Stage(IEnumerable<LanePlan> lanes, CancellationToken stop = default) =>
            Places = new LanePlaces<LanePlan>(new LaneQueue<LanePlan>(lanes, static lane => lane, 1), RunAsync, stop) { Reserve = Reserve };

        public LanePlaces<LanePlan> Places { get; }

        public string? Failing { get; init; }

        public int Ran { get; private set; }

        public int Most { get; private set; }

        public int Reserved { get; private set; }

        public string[] Running
        {
            get
            {
                lock (_gate)
                {
                    return [.. _running.Keys];
                }
            }
        }

        /// <summary>Waits until so many lanes have begun in all.</summary>
        public Task BegunAsync(int count) => UntilAsync(() => Ran >= count);

        /// <summary>Waits until what is reserved has fallen to a number of places.</summary>
        public Task LeftAsync(int reserved) => UntilAsync(() => Reserved == reserved);

        public void End(string lane)
        {
            lock (_gate)
            {
                _running[lane].SetResult();
            }
        }

        public void EndAll()
        {
            lock (_gate)
            {
                _endAll = true;
                foreach (var running in _running.Values)
                {
                    running.TrySetResult();
                }
            }
        }

        private async Task RunAsync(IReadOnlyList<LanePlan> lanes)
        {
            var name = lanes.Single().Target.ToString();
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                _running.Add(name, end);
                Ran++;
                Most = Math.Max(Most, _running.Count);
                Tell();
                if (_endAll)
                {
                    end.SetResult();
                }
            }

            await end.Task;
            lock (_gate)
            {
                _running.Remove(name);
                Tell();
            }

            if (name == Failing)
            {
                throw new InvalidTimeZoneException("odd");
            }
        }

        private void Reserve(int places)
        {
            lock (_gate)
            {
                Reserved = places;
                Tell();
            }
        }

        private async Task UntilAsync(Func<bool> seen)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                _awaited.Add((seen, done));
                Tell();
            }

            await done.Task.WaitAsync(s_patience);
        }

        private void Tell()
        {
            foreach (var (seen, done) in _awaited.Where(awaited => awaited.Seen()))
            {
                done.TrySetResult();
            }
        }
    }
}
