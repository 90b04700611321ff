using System.Text;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Archive.Tests.Storage.Doubles;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Tests.Storage.Decorators;

public sealed class RetryingStorageTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private readonly InstantTimeProvider _time = new();
    private readonly InMemoryStorage _memory = new();
    private readonly FaultyStorage _faulty;
    private readonly List<StorageRetry> _seen = [];

    public RetryingStorageTests() => _faulty = new FaultyStorage(_memory);

    [Fact]
    public async Task What_is_unavailable_is_tried_again_with_growing_jittered_waits()
    {
        await WriteAsync("a", "content");
        _faulty.Before = call =>
        {
            if (call <= 5)
            {
                throw FaultyStorage.Unavailable();
            }
        };

        Assert.Equal(7, await Retrying().ReadAsync("a", 0, new byte[10], s_none));

        Assert.Equal(6, _faulty.Calls);
        double[] full = [100, 200, 400, 800, 1_000];
        Assert.Equal(full.Length, _time.Waits.Count);
        Assert.All(full.Zip(_time.Waits), pair => Assert.InRange(pair.Second.TotalMilliseconds, pair.First / 2, pair.First));
        Assert.Equal([1, 2, 3, 4, 5], _seen.Select(s => s.Attempt));
        Assert.Equal(_time.Waits, _seen.Select(s => s.Delay));
    }

    [Theory]
    [InlineData("STORAGE_DENIED")]
    [InlineData("SEGMENT_MISSING")]
    [InlineData("STORAGE_INVALID")]
    [InlineData("ARCHIVE_UNSAFE_KEY")]
    [InlineData("DISK_FULL")]
    public async Task Nothing_else_is_tried_again(string word)
    {
        var code = ErrorCodes.All.Single(c => c.Word == word);
        _faulty.Before = _ => throw new RestoreException(code, "no");

        var error = await Assert.ThrowsAsync<RestoreException>(async () => await Retrying().StatAsync("a", s_none));

        Assert.Equal(code, error.Code);
        Assert.Equal(1, _faulty.Calls);
    }

    [Fact]
    public async Task The_deadline_ends_it_and_the_message_tells_the_effort()
    {
        await WriteAsync("a", "x");
        var storage = Retrying();
        await storage.StatAsync("a", s_none);
        _faulty.Before = _ => throw FaultyStorage.Unavailable("the network is down");

        var error = await Assert.ThrowsAsync<RestoreException>(async () => await storage.ReadAsync("a", 0, new byte[1], s_none));

        Assert.Equal(ErrorCodes.StorageUnavailable, error.Code);
        Assert.StartsWith("the network is down (gave up after ", error.Message);
        Assert.Equal("somewhere", error.Where);
        var waited = _time.Waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait);
        Assert.InRange(waited, TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_storage_that_never_answered_is_given_up_sooner()
    {
        _faulty.Before = _ => throw FaultyStorage.Unavailable();

        await Assert.ThrowsAsync<RestoreException>(async () => await Retrying().StatAsync("a", s_none));

        var waited = _time.Waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait);
        Assert.InRange(waited, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Without_a_deadline_the_first_failure_is_final_and_unchanged()
    {
        var failure = FaultyStorage.Unavailable();
        _faulty.Before = _ => throw failure;
        var storage = new RetryingStorage(_faulty, new RetryPolicy { Deadline = TimeSpan.Zero, FirstContactDeadline = TimeSpan.Zero }, _time);

        Assert.Same(failure, await Assert.ThrowsAsync<RestoreException>(async () => await storage.StatAsync("a", s_none)));
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task A_broken_listing_goes_on_after_what_was_delivered()
    {
        await WriteManyAsync(10);
        _faulty.BeforeEntry = (listing, entry) =>
        {
            if (listing < 4 && entry == listing * 3)
            {
                throw FaultyStorage.Unavailable();
            }
        };

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"many/{i}"), await KeysAsync(Retrying()));
        Assert.Equal(4, _faulty.Calls);
    }

    [Fact]
    public async Task The_deadline_of_a_listing_restarts_with_each_entry()
    {
        await WriteManyAsync(10);
        var failedAt = 0;
        _faulty.BeforeEntry = (_, entry) =>
        {
            // Each entry fails once after most of the deadline: ten times that is far beyond it.
            if (entry > failedAt)
            {
                failedAt = entry;
                _time.Advance(TimeSpan.FromSeconds(4));
                throw FaultyStorage.Unavailable();
            }
        };

        Assert.Equal(10, (await KeysAsync(Retrying())).Count);
    }

    [Fact]
    public async Task A_listing_that_cannot_go_on_where_it_was_fails_instead_of_leaving_something_out()
    {
        await WriteManyAsync(3);
        _faulty.BeforeEntry = (listing, entry) =>
        {
            if (listing == 1 && entry == 3)
            {
                throw FaultyStorage.Unavailable();
            }
        };
        var shrunk = new FaultyStorage(new InMemoryStorage());
        var storage = new RetryingStorage(new SwitchingStorage(_faulty, shrunk), Policy(), _time);

        var error = await Assert.ThrowsAsync<RestoreException>(async () => await KeysAsync(storage));

        Assert.Equal(ErrorCodes.StorageUnavailable, error.Code);
        Assert.Equal("many/1", error.Where);
    }

    [Fact]
    public async Task A_creation_whose_answer_was_lost_counts_as_written()
    {
        _faulty.AfterWrite = call =>
        {
            if (call == 1)
            {
                throw FaultyStorage.Unavailable();
            }
        };

        await Retrying().WriteAsync("lock", Encoding.UTF8.GetBytes("mine"), WriteMode.CreateNew, s_none);

        Assert.Equal(4, (await _memory.StatAsync("lock", s_none))!.Size);
    }

    [Theory]
    [InlineData("his!")]
    [InlineData("his own")]
    public async Task A_creation_that_someone_else_won_between_two_attempts_is_a_conflict(string other)
    {
        _faulty.Before = call =>
        {
            if (call == 1)
            {
                _memory.WriteAsync("lock", Encoding.UTF8.GetBytes(other), WriteMode.CreateNew, s_none).AsTask().GetAwaiter().GetResult();
                throw FaultyStorage.Unavailable();
            }
        };

        var error = await Assert.ThrowsAsync<RestoreException>(
            async () => await Retrying().WriteAsync("lock", Encoding.UTF8.GetBytes("mine"), WriteMode.CreateNew, s_none));

        Assert.Equal(ErrorCodes.StorageConflict, error.Code);
    }

    [Fact]
    public async Task A_creation_that_conflicts_at_once_is_a_conflict_even_with_the_same_content()
    {
        await WriteAsync("lock", "mine");

        var error = await Assert.ThrowsAsync<RestoreException>(
            async () => await Retrying().WriteAsync("lock", Encoding.UTF8.GetBytes("mine"), WriteMode.CreateNew, s_none));

        Assert.Equal(ErrorCodes.StorageConflict, error.Code);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        using var cancel = new CancellationTokenSource();
        _faulty.Before = _ => throw FaultyStorage.Unavailable();
        var policy = Policy() with { InitialDelay = TimeSpan.FromDays(1), MaxDelay = TimeSpan.FromDays(1), FirstContactDeadline = TimeSpan.FromDays(9), Notify = _ => cancel.Cancel() };
        var storage = new RetryingStorage(_faulty, policy);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await storage.StatAsync("a", cancel.Token));
        Assert.Equal(1, _faulty.Calls);
    }

    private static async Task<List<string>> KeysAsync(IArchiveStorage storage)
    {
        var keys = new List<string>();
        await foreach (var entry in storage.ListAsync("many", recursive: true, s_none))
        {
            keys.Add(entry.Key);
        }

        return keys;
    }

    private RetryPolicy Policy() => new()
    {
        InitialDelay = TimeSpan.FromMilliseconds(100),
        MaxDelay = TimeSpan.FromSeconds(1),
        Deadline = TimeSpan.FromSeconds(30),
        FirstContactDeadline = TimeSpan.FromSeconds(5),
        Notify = _seen.Add,
    };

    private RetryingStorage Retrying() => new(_faulty, Policy(), _time);

    private ValueTask WriteAsync(string key, string text) => _memory.WriteAsync(key, Encoding.UTF8.GetBytes(text), WriteMode.Replace, s_none);

    private async Task WriteManyAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await WriteAsync($"many/{i}", "x");
        }
    }

    /// <summary>The first listing sees one storage, later ones another.</summary>
    private sealed class SwitchingStorage(IArchiveStorage first, IArchiveStorage later) : ForwardingStorage(first)
    {
        private int _listings;

        public override IAsyncEnumerable<StorageEntry> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) =>
            (_listings++ == 0 ? Inner : later).ListAsync(folder, recursive, cancellationToken);
    }
}
