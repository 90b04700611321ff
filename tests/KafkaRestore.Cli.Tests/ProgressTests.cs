
namespace KafkaRestore.Cli.Tests;

public sealed class ProgressTests
{
    [Fact]
    public void The_rate_is_that_of_the_last_seconds()
    {
        var time = new ManualTime();
        var rate = new RateWindow(TimeSpan.FromSeconds(5), time);
        rate.Add(0, 0);
        Assert.Equal(0, rate.Records);
        for (var second = 1; second <= 10; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            rate.Add(second * 100, second * 1000);
        }

        Assert.Equal((100, 1000), (rate.Records, rate.Bytes));
        for (var second = 0; second < 5; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            rate.Add(1000, 10_000);
        }

        Assert.Equal((0, 0), (rate.Records, rate.Bytes));
    }

    [Fact]
    public async Task A_tick_comes_while_work_runs_and_its_failure_is_passed_on()
    {
        var work = new TaskCompletionSource<int>();
        var ticks = 0;
        var during = Ticker.DuringAsync(
            work.Task,
            TimeSpan.FromMilliseconds(1),
            () =>
            {
                if (++ticks == 3)
                {
                    work.SetException(new InvalidDataException("work"));
                }
            },
            TimeProvider.System);
        await Assert.ThrowsAsync<InvalidDataException>(() => during);
        Assert.True(ticks >= 3);
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
