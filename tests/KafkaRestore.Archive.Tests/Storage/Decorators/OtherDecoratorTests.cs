using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Archive.Tests.Storage.Doubles;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Tests.Storage.Decorators;

public sealed class OtherDecoratorTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private readonly InMemoryStorage _memory = new();

    [Fact]
    public async Task Read_only_refuses_writes_and_reads_on()
    {
        await _memory.WriteAsync("a", new byte[3], WriteMode.Replace, s_none);
        var storage = new ReadOnlyStorage(_memory);

        var error = await Assert.ThrowsAsync<RestoreException>(async () => await storage.WriteAsync("b", new byte[1], WriteMode.Replace, s_none));

        Assert.Equal(ErrorCodes.StorageDenied, error.Code);
        Assert.Null(await _memory.StatAsync("b", s_none));
        Assert.Equal(3, await storage.ReadAsync("a", 0, new byte[9], s_none));
    }

    [Fact]
    public async Task Read_only_refuses_to_remove()
    {
        await _memory.WriteAsync("a", new byte[3], WriteMode.Replace, s_none);

        var error = await Assert.ThrowsAsync<RestoreException>(async () => await new ReadOnlyStorage(_memory).DeleteAsync("a", s_none));

        Assert.Equal(ErrorCodes.StorageDenied, error.Code);
        Assert.NotNull(await _memory.StatAsync("a", s_none));
    }

    [Fact]
    public async Task Reads_are_held_back_to_the_rate()
    {
        await _memory.WriteAsync("a", new byte[1_000], WriteMode.Replace, s_none);
        var time = new InstantTimeProvider();
        var storage = new ThrottledStorage(_memory, bytesPerSecond: 100, time);

        for (var i = 0; i < 5; i++)
        {
            await storage.ReadAsync("a", 0, new byte[1_000], s_none);
        }

        Assert.Equal(Enumerable.Repeat(TimeSpan.FromSeconds(10), 4), time.Waits);
    }

    [Fact]
    public async Task Only_bytes_that_came_count_for_the_rate()
    {
        await _memory.WriteAsync("a", new byte[100], WriteMode.Replace, s_none);
        var time = new InstantTimeProvider();
        var storage = new ThrottledStorage(_memory, bytesPerSecond: 100, time);

        Assert.Equal(100, await storage.ReadAsync("a", 0, new byte[100_000], s_none));
        await Assert.ThrowsAsync<RestoreException>(async () => await storage.ReadAsync("missing", 0, new byte[100_000], s_none));
        await storage.ReadAsync("a", 0, new byte[10], s_none);

        Assert.Equal([TimeSpan.FromSeconds(1)], time.Waits);
    }

    [Fact]
    public async Task An_unused_rate_is_not_saved_up()
    {
        await _memory.WriteAsync("a", new byte[1_000], WriteMode.Replace, s_none);
        var time = new InstantTimeProvider();
        var storage = new ThrottledStorage(_memory, bytesPerSecond: 100, time);
        time.Advance(TimeSpan.FromHours(1));

        await storage.ReadAsync("a", 0, new byte[1_000], s_none);
        await storage.ReadAsync("a", 0, new byte[1_000], s_none);

        Assert.Equal([TimeSpan.FromSeconds(10)], time.Waits);
    }

    [Fact]
    public async Task No_more_operations_than_the_limit_run_at_once()
    {
        var gate = new GatedStorage(_memory);
        var storage = new ConcurrencyLimitedStorage(gate, 2);
        var reads = Enumerable.Range(0, 6).Select(i => storage.ReadAsync($"{i}", 0, new byte[1], s_none).AsTask()).ToList();

        for (var round = 0; round < 3; round++)
        {
            await gate.EnteredAsync(2);
            Assert.Equal(2, gate.Inside);
            gate.Release(2);
        }

        await Task.WhenAll(reads);
    }

    [Fact]
    public async Task A_place_is_given_back_after_failure_and_cancellation()
    {
        var faulty = new FaultyStorage(_memory) { Before = _ => throw FaultyStorage.Unavailable() };
        var storage = new ConcurrencyLimitedStorage(faulty, 1);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAsync<RestoreException>(async () => await storage.StatAsync("a", s_none));
        await Assert.ThrowsAsync<RestoreException>(async () => await storage.WriteAsync("a", new byte[1], WriteMode.Replace, s_none));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await storage.StatAsync("a", cancelled.Token));
        faulty.Before = _ => { };

        Assert.Null(await storage.StatAsync("a", s_none));
    }

    [Fact]
    public async Task A_listing_holds_no_place_while_its_consumer_works()
    {
        await _memory.WriteAsync("a", new byte[1], WriteMode.Replace, s_none);
        await _memory.WriteAsync("b", new byte[1], WriteMode.Replace, s_none);
        var storage = new ConcurrencyLimitedStorage(_memory, 1);
        var sizes = 0L;

        await foreach (var entry in storage.ListAsync("", recursive: true, s_none))
        {
            sizes += (await storage.StatAsync(entry.Key, s_none))!.Size;
        }

        Assert.Equal(2, sizes);
    }

    [Fact]
    public async Task Everything_that_goes_through_is_counted()
    {
        var time = new InstantTimeProvider();
        var faulty = new FaultyStorage(_memory) { Before = _ => time.Advance(TimeSpan.FromSeconds(1)) };
        var storage = new CountingStorage(faulty, time);
        await storage.WriteAsync("a", new byte[100], WriteMode.Replace, s_none);
        await storage.ReadAsync("a", 90, new byte[100], s_none);
        await storage.StatAsync("a", s_none);
        await foreach (var _ in storage.ListAsync("", recursive: true, s_none))
        {
        }

        faulty.Before = _ => time.Advance(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAsync<RestoreException>(async () => await storage.ReadAsync("missing", 0, new byte[1], s_none));
        faulty.Before = _ => throw new OperationCanceledException();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await storage.StatAsync("a", s_none));

        var counters = storage.Counters;
        Assert.Equal((6, 1, 10, 100), (counters.Requests, counters.Errors, counters.BytesRead, counters.BytesWritten));
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(3)), (counters.BusyTime, counters.Slowest));
    }

    [Fact]
    public async Task A_broken_listing_counts_as_an_error()
    {
        var storage = new CountingStorage(new FaultyStorage(_memory) { Before = _ => throw FaultyStorage.Unavailable() });

        await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await foreach (var _ in storage.ListAsync("", recursive: true, s_none))
            {
            }
        });

        Assert.Equal((1, 1), (storage.Counters.Requests, storage.Counters.Errors));
    }

    /// <summary>Reads wait inside until they are let out.</summary>
    private sealed class GatedStorage(IArchiveStorage inner) : ForwardingStorage(inner)
    {
        private readonly SemaphoreSlim _entered = new(0);
        private readonly SemaphoreSlim _exit = new(0);
        private int _inside;

        public int Inside => Volatile.Read(ref _inside);

        public async Task EnteredAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await _entered.WaitAsync();
            }
        }

        public void Release(int count) => _exit.Release(count);

        public override async ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _inside);
            _entered.Release();
            await _exit.WaitAsync(cancellationToken);
            Interlocked.Decrement(ref _inside);
            return 0;
        }
    }
}
