using KafkaRestore.Kafka.Sinks;

namespace KafkaRestore.Kafka.Tests.Sinks;

public sealed class QueueWindowTests
{
    [Fact]
    public void The_limit_holds_and_one_larger_piece_goes_alone()
    {
        var window = new QueueWindow(100);

        Assert.True(window.TryTake(60));
        Assert.False(window.TryTake(41));
        Assert.True(window.TryTake(40));
        Assert.False(window.TryTake(1));
        window.Release(100);
        Assert.True(window.TryTake(1_000));
        Assert.False(window.TryTake(1));
    }

    [Fact]
    public async Task Waiting_ends_when_half_of_the_window_is_free()
    {
        var window = new QueueWindow(100);
        Assert.True(window.TryTake(100));

        var waiting = window.WaitForRoomAsync(10, CancellationToken.None);
        window.Release(49);
        Assert.False(waiting.IsCompleted);
        window.Release(1);
        await waiting;
    }

    [Fact]
    public async Task A_piece_larger_than_half_waits_for_all_it_needs()
    {
        var window = new QueueWindow(100);
        Assert.True(window.TryTake(100));

        var waiting = window.WaitForRoomAsync(90, CancellationToken.None);
        window.Release(89);
        Assert.False(waiting.IsCompleted);
        window.Release(1);
        await waiting;
        Assert.True(window.TryTake(90));
    }

    [Fact]
    public async Task Closing_ends_waits_now_and_later()
    {
        var window = new QueueWindow(10);
        Assert.True(window.TryTake(10));
        var waiting = window.WaitUntilEmptyAsync(CancellationToken.None);

        window.Close(new InvalidDataException());

        await Assert.ThrowsAsync<InvalidDataException>(() => waiting);
        await Assert.ThrowsAsync<InvalidDataException>(() => window.WaitForRoomAsync(1, CancellationToken.None));
    }

    [Fact]
    public async Task No_wake_up_is_lost_between_threads()
    {
        var window = new QueueWindow(8);
        using var taken = new SemaphoreSlim(0);
        const int pieces = 50_000;
        var giver = Task.Run(async () =>
        {
            for (var i = 0; i < pieces; i++)
            {
                await taken.WaitAsync();
                window.Release(1);
            }
        });

        for (var i = 0; i < pieces; i++)
        {
            while (!window.TryTake(1))
            {
                await window.WaitForRoomAsync(1, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
            }

            taken.Release();
        }

        await window.WaitUntilEmptyAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        await giver;
        Assert.Equal(0, window.Used);
    }
}
