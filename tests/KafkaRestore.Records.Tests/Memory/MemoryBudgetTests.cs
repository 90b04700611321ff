using KafkaRestore.Records.Memory;

namespace KafkaRestore.Records.Tests.Memory;

public sealed class MemoryBudgetTests
{
    private readonly MemoryBudget _budget = new(100);

    [Fact]
    public void A_budget_of_nothing_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryBudget(0));

    [Fact]
    public async Task What_fits_is_granted_at_once_and_given_back_once()
    {
        var reservation = await _budget.ReserveAsync(60, default);
        Assert.Equal(60, _budget.UsedBytes);
        reservation.Dispose();
        reservation.Dispose();
        Assert.Equal(0, _budget.UsedBytes);
    }

    [Fact]
    public async Task A_reservation_waits_for_all_of_it_and_takes_no_part_meanwhile()
    {
        var first = await _budget.ReserveAsync(60, default);
        var second = _budget.ReserveAsync(50, default).AsTask();
        Assert.False(second.IsCompleted);
        Assert.Equal(60, _budget.UsedBytes);
        first.ShrinkTo(51);
        Assert.False(second.IsCompleted);
        first.ShrinkTo(50);
        Assert.Equal(50, (await second).Bytes);
        Assert.Equal(100, _budget.UsedBytes);
    }

    [Fact]
    public async Task A_small_one_does_not_overtake_a_large_one_that_came_first()
    {
        var held = await _budget.ReserveAsync(60, default);
        var large = _budget.ReserveAsync(90, default).AsTask();
        var small = _budget.ReserveAsync(1, default).AsTask();
        Assert.False(small.IsCompleted);
        held.Dispose();
        (await large).Dispose();
        Assert.Equal(1, (await small).Bytes);
    }

    [Fact]
    public async Task One_larger_than_the_whole_budget_goes_alone()
    {
        var held = await _budget.ReserveAsync(1, default);
        var huge = _budget.ReserveAsync(long.MaxValue, default).AsTask();
        var after = _budget.ReserveAsync(1, default).AsTask();
        Assert.False(huge.IsCompleted);
        held.Dispose();
        var alone = await huge;
        Assert.False(after.IsCompleted);
        alone.Dispose();
        (await after).Dispose();
        Assert.Equal(0, _budget.UsedBytes);
    }

    [Fact]
    public async Task Cancelling_a_waiter_lets_those_behind_it_through_and_holds_nothing()
    {
        using var stop = new CancellationTokenSource();
        var held = await _budget.ReserveAsync(60, default);
        var large = _budget.ReserveAsync(90, stop.Token).AsTask();
        var small = _budget.ReserveAsync(30, default).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        (await small).Dispose();
        held.Dispose();
        Assert.Equal(0, _budget.UsedBytes);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_is_obeyed_even_when_there_is_room()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _budget.ReserveAsync(1, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _budget.ExtendAsync(1, cancelled).AsTask());
        Assert.Equal(0, _budget.UsedBytes);
    }

    [Fact]
    public async Task Shrinking_after_disposal_gives_nothing_back_twice()
    {
        var reservation = await _budget.ReserveAsync(10, default);
        reservation.Dispose();
        reservation.ShrinkTo(3);
        Assert.Equal(0, _budget.UsedBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => reservation.ShrinkTo(-1));
    }

    [Fact]
    public async Task An_extension_takes_what_is_free()
    {
        using var reservation = await _budget.ReserveAsync(60, default);
        using var extension = await _budget.ExtendAsync(40, default);
        Assert.Equal(100, _budget.UsedBytes);
    }

    [Fact]
    public async Task Only_one_holder_at_a_time_is_beyond_the_budget_and_the_others_follow_in_order()
    {
        using var reservation = await _budget.ReserveAsync(100, default);
        var first = await _budget.ExtendAsync(50, default);
        var second = _budget.ExtendAsync(30, default).AsTask();
        var third = _budget.ExtendAsync(20, default).AsTask();
        Assert.False(second.IsCompleted || third.IsCompleted);
        Assert.Equal(150, _budget.UsedBytes);
        first.Dispose();
        await second;
        Assert.False(third.IsCompleted);
        Assert.Equal(130, _budget.UsedBytes);
        (await second).Dispose();
        (await third).Dispose();
        Assert.Equal(100, _budget.UsedBytes);
    }

    [Fact]
    public async Task A_waiting_extension_is_granted_when_room_appears_though_another_is_still_beyond()
    {
        var reservation = await _budget.ReserveAsync(100, default);
        var beyond = await _budget.ExtendAsync(10, default);
        var waiting = _budget.ExtendAsync(30, default).AsTask();
        reservation.ShrinkTo(60);
        (await waiting).Dispose();
        beyond.Dispose();
        reservation.Dispose();
        Assert.Equal(0, _budget.UsedBytes);
    }

    [Fact]
    public async Task A_holder_that_is_beyond_the_budget_never_waits_for_itself()
    {
        using var reservation = await _budget.ReserveAsync(100, default);
        var first = await _budget.ExtendAsync(10, ("archive", 1), default);
        var again = _budget.ExtendAsync(20, ("archive", 1), default);
        Assert.True(again.IsCompleted);
        var other = _budget.ExtendAsync(5, ("archive", 2), default).AsTask();
        first.Dispose();
        Assert.False(other.IsCompleted);
        (await again).Dispose();
        (await other).Dispose();
        Assert.Equal(100, _budget.UsedBytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task An_extension_beyond_the_budget_lets_the_next_one_through_whatever_its_size_became(long bytes)
    {
        using var full = await _budget.ReserveAsync(110, default);
        var first = await _budget.ExtendAsync(bytes, default);
        first.ShrinkTo(0);
        first.Dispose();
        var second = _budget.ExtendAsync(10, default);
        Assert.True(second.IsCompleted);
        (await second).Dispose();
    }

    [Fact]
    public async Task Cancelling_a_waiting_extension_lets_the_next_one_through()
    {
        using var stop = new CancellationTokenSource();
        using var full = await _budget.ReserveAsync(100, default);
        var first = await _budget.ExtendAsync(10, default);
        var second = _budget.ExtendAsync(10, stop.Token).AsTask();
        var third = _budget.ExtendAsync(10, default).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Dispose();
        (await third).Dispose();
        Assert.Equal(100, _budget.UsedBytes);
    }

    [Fact]
    public async Task Under_many_tasks_no_more_than_the_budget_and_one_extension_is_ever_used_and_nothing_is_left()
    {
        const int Total = 1000, LargestExtension = 300;
        var budget = new MemoryBudget(Total);
        long most = 0;
        await Task.WhenAll(Enumerable.Range(0, 24).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 400; i++)
            {
                using var stop = new CancellationTokenSource();
                var waiting = budget.ReserveAsync(random.Next(1, 400), stop.Token);
                if (random.Next(4) == 0)
                {
                    await stop.CancelAsync();
                }

                try
                {
                    using var reservation = await waiting;
                    Raise(ref most, budget.UsedBytes);
                    if (random.Next(3) == 0)
                    {
                        using var extension = await budget.ExtendAsync(random.Next(1, LargestExtension), default);
                        Raise(ref most, budget.UsedBytes);
                        await Task.Yield();
                    }

                    reservation.ShrinkTo(random.Next(1, 400));
                }
                catch (OperationCanceledException)
                {
                    Assert.True(stop.IsCancellationRequested);
                }
            }
        })));
        Assert.InRange(most, 1, Total + LargestExtension);
        Assert.Equal(0, budget.UsedBytes);
    }

    [Fact]
    public async Task A_larger_budget_lets_those_through_who_waited_for_it()
    {
        var held = await _budget.ReserveAsync(80, default);
        var waiting = _budget.ReserveAsync(50, default).AsTask();
        _budget.Resize(129);
        Assert.False(waiting.IsCompleted);
        _budget.Resize(130);
        Assert.Equal(50, (await waiting).Bytes);
        Assert.Equal((130, 130), (_budget.TotalBytes, _budget.UsedBytes));
        held.Dispose();
    }

    [Fact]
    public async Task A_smaller_budget_takes_nothing_away_and_grants_nothing_until_enough_is_given_back()
    {
        var first = await _budget.ReserveAsync(50, default);
        var second = await _budget.ReserveAsync(50, default);
        _budget.Resize(60);
        Assert.Equal(100, _budget.UsedBytes);
        var waiting = _budget.ReserveAsync(10, default).AsTask();
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        Assert.Equal(10, (await waiting).Bytes);
        second.Dispose();
    }

    [Fact]
    public async Task What_became_larger_than_the_whole_budget_goes_alone_while_it_waits()
    {
        var held = await _budget.ReserveAsync(30, default);
        var waiting = _budget.ReserveAsync(80, default).AsTask();
        _budget.Resize(40);
        Assert.False(waiting.IsCompleted);
        held.Dispose();
        var alone = await waiting;
        var after = _budget.ReserveAsync(1, default).AsTask();
        Assert.False(after.IsCompleted);
        alone.Dispose();
        (await after).Dispose();
    }

    [Fact]
    public async Task One_extension_may_exceed_a_budget_that_became_smaller_than_what_is_held()
    {
        var held = await _budget.ReserveAsync(90, default);
        _budget.Resize(50);
        using var extension = await _budget.ExtendAsync(20, default);
        Assert.Equal(110, _budget.UsedBytes);
        held.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_budget_cannot_become_nothing(long total) => Assert.Throws<ArgumentOutOfRangeException>(() => _budget.Resize(total));

    [Fact]
    public async Task Under_many_tasks_a_budget_that_changes_all_the_time_leaves_nobody_waiting_and_nothing_behind()
    {
        const int Largest = 1000;
        var budget = new MemoryBudget(Largest);
        using var done = new CancellationTokenSource();
        var resizing = Task.Run(async () =>
        {
            var random = new Random(1);
            while (!done.IsCancellationRequested)
            {
                budget.Resize(random.Next(1, Largest));
                await Task.Yield();
            }
        });
        var working = Task.WhenAll(Enumerable.Range(0, 16).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 300; i++)
            {
                using var reservation = await budget.ReserveAsync(random.Next(1, Largest), default);
                using var extension = random.Next(3) == 0 ? await budget.ExtendAsync(random.Next(1, 300), default) : null;
                await Task.Yield();
            }
        })));
        Assert.True(await Task.WhenAny(working, Task.Delay(TimeSpan.FromMinutes(1), done.Token)) == working, $"somebody waits for ever: {budget.UsedBytes} of {budget.TotalBytes} used");
        await done.CancelAsync();
        await resizing;
        await working;
        Assert.Equal(0, budget.UsedBytes);
    }

    private static void Raise(ref long most, long value)
    {
        for (var seen = Interlocked.Read(ref most); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref most, value, seen);
            seen = before == seen ? value : before;
        }
    }
}
