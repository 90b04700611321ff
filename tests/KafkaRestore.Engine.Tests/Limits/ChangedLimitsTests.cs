using KafkaRestore.Engine.Limits;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Limits;

/// <summary>Limits that are changed while lanes wait for their turn.</summary>
public sealed class ChangedLimitsTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_lane_that_waits_for_long_goes_on_at_once_when_the_limit_is_lifted()
    {
        var limits = new RestoreLimits(new ExecutionOptions { RecordsPerSecond = 1 }, _time);
        var waiting = await WaitingAsync(limits, Block(100));

        limits.Change(null, null);

        var (granted, left) = await waiting.WaitAsync(s_patience);
        Assert.Equal((100, null), (granted.Count, left));
        Assert.False(limits.Any);
    }

    [Fact]
    public async Task A_lane_that_waits_takes_a_smaller_piece_when_the_limit_becomes_lower()
    {
        var limits = new RestoreLimits(new ExecutionOptions { RecordsPerSecond = 1_000 }, _time);
        var waiting = await WaitingAsync(limits, Block(100));

        limits.Change(40, null);

        var (granted, left) = await waiting.WaitAsync(s_patience);
        Assert.Equal((2, 98), (granted.Count, left!.Count));
        left.Dispose();
    }

    [Fact]
    public async Task A_limit_that_is_set_under_way_holds_for_the_next_block()
    {
        var limits = new RestoreLimits(new ExecutionOptions(), _time);
        Assert.False(limits.Any);

        limits.Change(null, 2_000);

        Assert.True(limits.Any);
        var (granted, left) = await limits.NextAsync(Block(100), CancellationToken.None);
        Assert.True(granted.Length <= 100, $"{granted.Length} bytes were granted");
        left!.Dispose();
    }

    [Fact]
    public async Task A_limit_that_stays_is_kept_while_the_other_one_changes()
    {
        var limits = new RestoreLimits(new ExecutionOptions { RecordsPerSecond = 100 }, _time);
        var waiting = await WaitingAsync(limits, Block(50));
        for (var i = 1; i <= 10; i++)
        {
            limits.Change(100, 1_000_000 * i);
        }

        // Five were granted at the start, and time stands still: asking again and again has gained nothing.
        Assert.False(waiting.IsCompleted);
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromMilliseconds(50))));
    }

    [Fact]
    public async Task A_limit_that_changes_a_little_again_and_again_costs_nobody_its_turn_and_gains_nobody_one()
    {
        var limits = new RestoreLimits(new ExecutionOptions { RecordsPerSecond = 1_000 }, _time);
        var began = _time.GetTimestamp();
        var waiting = await WaitingAsync(limits, Block(50));
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(4));
            limits.Change(i % 2 == 0 ? 1_010 : 990, null);
            Assert.Equal(1, _time.Waiting);
        }

        Assert.True(_time.FireNext());
        Assert.Equal(50, (await waiting.WaitAsync(s_patience)).Granted.Count);
        Assert.Equal(TimeSpan.FromMilliseconds(50), _time.GetElapsedTime(began));
    }

    [Fact]
    public async Task Whoever_is_stopped_while_limits_change_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        var limits = new RestoreLimits(new ExecutionOptions { RecordsPerSecond = 1 }, _time);
        var waiting = await WaitingAsync(limits, Block(10), stop.Token);
        await stop.CancelAsync();
        limits.Change(2, null);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(s_patience));
    }

    /// <summary>The second piece of a block, whose turn has not come.</summary>
    private static async Task<Task<(RecordBlock Granted, RecordBlock? Left)>> WaitingAsync(RestoreLimits limits, RecordBlock block, CancellationToken stop = default)
    {
        var (first, _) = await limits.NextAsync(Block(1_000), CancellationToken.None);
        first.Dispose();
        var waiting = limits.NextAsync(block, stop).AsTask();
        Assert.False(waiting.IsCompleted);
        return waiting;
    }

    private static RecordBlock Block(int records) => TestRecords.Block([.. TestRecords.Ordinary(records, valueBytes: 10)]);
}
