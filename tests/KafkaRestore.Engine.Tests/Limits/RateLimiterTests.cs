using KafkaRestore.Engine.Limits;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Limits;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Limits;

public sealed class RateLimiterTests
{
    private const double Tolerance = 0.03;

    [Theory]
    [InlineData(10, 1)]
    [InlineData(100, 3)]
    [InlineData(1_000, 1)]
    [InlineData(50_000, 7)]
    [InlineData(1_000_000, 4)]
    [InlineData(10_000_000, 16)]
    public async Task The_sum_of_all_callers_keeps_the_rate_in_every_window_of_five_seconds(long perSecond, int callers)
    {
        var time = new ManualTime();
        var limits = new RestoreLimits(new ExecutionOptions { RecordsPerSecond = perSecond }, time);
        var grants = await GrantsAsync(limits, time, callers, TimeSpan.FromSeconds(12), recordsPerBlock: 5_000);
        AssertRate(grants, perSecond, grant => grant.Records);
    }

    [Fact]
    public async Task A_changed_limit_holds_for_who_asks_next()
    {
        var time = new ManualTime();
        var limiter = new RateLimiter(10, time);
        await limiter.WaitAsync(10, default); // has had its turn; the next one comes in a second
        var before = limiter.WaitAsync(1_000, default).AsTask();
        limiter.Change(1_000);
        Assert.Equal(1_000, limiter.PerSecond);
        Assert.False(before.IsCompleted);
        Assert.True(time.FireNext());
        await before;
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.Change(0));
    }

    [Theory]
    [InlineData(2_000, 1)]
    [InlineData(1_000_000, 5)]
    [InlineData(100_000_000, 4)]
    public async Task Bytes_keep_their_rate_too(long perSecond, int callers)
    {
        var time = new ManualTime();
        var limits = new RestoreLimits(new ExecutionOptions { BytesPerSecond = perSecond }, time);
        var grants = await GrantsAsync(limits, time, callers, TimeSpan.FromSeconds(12), recordsPerBlock: 5_000);
        AssertRate(grants, perSecond, grant => grant.Bytes);
    }

    [Theory]
    [InlineData(1_000, 100_000_000, true)]
    [InlineData(1_000_000, 60_000, false)]
    public async Task With_both_limits_the_stricter_one_rules_and_the_other_is_kept(long records, long bytes, bool recordsRule)
    {
        var time = new ManualTime();
        var limits = new RestoreLimits(new ExecutionOptions { RecordsPerSecond = records, BytesPerSecond = bytes }, time);
        var grants = await GrantsAsync(limits, time, 4, TimeSpan.FromSeconds(12), recordsPerBlock: 5_000);
        AssertRate(grants, recordsRule ? records : bytes, grant => recordsRule ? grant.Records : grant.Bytes);
        Assert.All(Windows(grants), window => Assert.True(window.Sum(grant => recordsRule ? grant.Bytes : grant.Records) <= (recordsRule ? bytes : records) * 5 * (1 + Tolerance)));
    }

    [Fact]
    public async Task A_block_beyond_a_grant_is_cut_without_losing_order_or_memory()
    {
        var time = new ManualTime();
        var limits = new RestoreLimits(new ExecutionOptions { RecordsPerSecond = 100 }, time);
        var records = TestRecords.Ordinary(37);
        var lease = new Lease();
        RecordBlock? left = TestRecords.Block([.. records], source: 3, lease);
        var seen = new List<RecordData>();
        var pieces = 0;
        while (left is not null)
        {
            var next = limits.NextAsync(left, CancellationToken.None).AsTask();
            await DrainAsync(time, next);
            var (granted, rest) = await next;
            using (granted)
            {
                Assert.Equal(3, granted.Source);
                Assert.InRange(granted.Count, 1, 5);
                foreach (var record in granted)
                {
                    seen.Add(RecordData.From(record));
                }
            }

            Assert.Equal(rest is null, lease.GivenBack);
            left = rest;
            pieces++;
        }

        Assert.Equal(8, pieces);
        RecordComparison.AssertEqual(records, seen, "pieces");
    }

    [Fact]
    public async Task A_record_larger_than_a_seconds_worth_goes_and_is_paid_for_afterwards()
    {
        var time = new ManualTime();
        var limiter = new RateLimiter(1_000, time);
        var begin = time.GetTimestamp();
        await limiter.WaitAsync(5_000, CancellationToken.None);
        Assert.Equal(TimeSpan.Zero, time.GetElapsedTime(begin));
        var second = limiter.WaitAsync(1, CancellationToken.None).AsTask();
        Assert.False(second.IsCompleted);
        await DrainAsync(time, second);
        Assert.InRange(time.GetElapsedTime(begin).TotalSeconds, 4.9, 5.1);
    }

    [Fact]
    public async Task Idle_time_is_not_saved_up_beyond_the_burst()
    {
        var time = new ManualTime();
        var limiter = new RateLimiter(1_000, time);
        await limiter.WaitAsync(1, CancellationToken.None);
        time.Advance(TimeSpan.FromHours(1));
        var begin = time.GetTimestamp();
        var granted = 0;
        while (time.GetElapsedTime(begin) < TimeSpan.FromSeconds(1))
        {
            var wait = limiter.WaitAsync(10, CancellationToken.None).AsTask();
            await DrainAsync(time, wait);
            granted += 10;
        }

        Assert.InRange(granted, 1_000, 1_000 + (1_000 * RateLimiter.Burst.TotalSeconds) + 20);
    }

    [Fact]
    public async Task A_waiting_caller_can_be_stopped()
    {
        var limiter = new RateLimiter(1, new ManualTime());
        using var stop = new CancellationTokenSource();
        await limiter.WaitAsync(1, stop.Token);
        var waiting = limiter.WaitAsync(1, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Without_limits_a_block_goes_whole_and_at_once()
    {
        var limits = new RestoreLimits(new ExecutionOptions(), new ManualTime());
        Assert.False(limits.Any);
        using var block = TestRecords.Block([.. TestRecords.Ordinary(1_000)]);
        Assert.Equal((block, null), await limits.NextAsync(block, CancellationToken.None));
    }

    private static void AssertRate(List<Grant> grants, long perSecond, Func<Grant, long> units)
    {
        var windows = Windows(grants);
        Assert.NotEmpty(windows);
        Assert.All(windows, window => Assert.InRange(window.Sum(units), perSecond * 5 * (1 - Tolerance), perSecond * 5 * (1 + Tolerance)));
    }

    /// <summary>What was granted in each window of five seconds, a window beginning at every half second that has five behind it.</summary>
    private static List<List<Grant>> Windows(List<Grant> grants) =>
        [.. Enumerable.Range(0, 14).Select(half => TimeSpan.FromSeconds(half / 2.0))
            .Select(start => grants.Where(grant => grant.At >= start && grant.At < start + TimeSpan.FromSeconds(5)).ToList())];

    /// <summary>Callers ask again and again; each caller's wait ends at the moment of its own timer.</summary>
    /// <remarks>Away from the runner's context, so that what a timer ends has ended when the timer has fired.</remarks>
    private static Task<List<Grant>> GrantsAsync(RestoreLimits limits, ManualTime time, int callers, TimeSpan duration, int recordsPerBlock) =>
        Task.Run(() => CollectAsync(limits, time, callers, duration, recordsPerBlock));

    private static async Task<List<Grant>> CollectAsync(RestoreLimits limits, ManualTime time, int callers, TimeSpan duration, int recordsPerBlock)
    {
        var begin = time.GetTimestamp();
        var grants = new List<Grant>();
        var records = TestRecords.Ordinary(recordsPerBlock, valueBytes: 10);
        var blocks = Enumerable.Range(0, callers).Select(_ => TestRecords.Block([.. records])).ToArray();
        var waits = blocks.Select(block => limits.NextAsync(block, CancellationToken.None).AsTask()).ToArray();
        while (time.GetElapsedTime(begin) < duration)
        {
            var any = false;
            for (var i = 0; i < callers; i++)
            {
                if (waits[i].IsCompleted)
                {
                    var (granted, left) = await waits[i];
                    grants.Add(new Grant(time.GetElapsedTime(begin), granted.Count, granted.Length));
                    granted.Dispose();
                    blocks[i] = left ?? TestRecords.Block([.. records]);
                    waits[i] = limits.NextAsync(blocks[i], CancellationToken.None).AsTask();
                    any = true;
                }
            }

            Assert.True(any || time.FireNext(), "nobody is granted anything and nobody waits");
        }

        return grants;
    }

    private static Task DrainAsync(ManualTime time, Task wait) => Task.Run(() =>
    {
        while (!wait.IsCompleted && time.FireNext())
        {
        }
    });

    private sealed record Grant(TimeSpan At, long Records, long Bytes);

    private sealed class Lease : IDisposable
    {
        public bool GivenBack { get; private set; }

        public void Dispose() => GivenBack = true;
    }
}
