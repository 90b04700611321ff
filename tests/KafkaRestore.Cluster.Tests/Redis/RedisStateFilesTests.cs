using System.Text;
using KafkaRestore.Cluster.Redis;
using KafkaRestore.Cluster.Tests.Support;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cluster.Tests.Redis;

public sealed class RedisStateFilesTests : IAsyncLifetime
{
    private LocalRedis? _server;
    private RedisStore? _redis;

    public async Task InitializeAsync()
    {
        _server = await LocalRedis.StartAsync();
        _redis = await RedisStore.ConnectAsync(RedisStore.Read(_server.Address), "test", replicas: 0);
    }

    public async Task DisposeAsync()
    {
        _redis!.Dispose();
        await _server!.DisposeAsync();
    }

    [Fact]
    public void A_file_is_there_when_it_is_flushed_and_takes_the_place_of_another_one()
    {
        var files = new RedisStateFiles(_redis!);
        files.CreateDirectory("/jobs/one");
        Assert.Null(files.OpenRead("/jobs/one/file"));
        Write(files, "/jobs/one/file", "old");
        Write(files, "/jobs/one/file.tmp", "new");

        files.Replace("/jobs/one/file.tmp", "/jobs/one/file");

        Assert.Equal("new", Read(files, "/jobs/one/file"));
        Assert.Equal(["file"], files.Names("/jobs/one"));
        Assert.Equal(["one"], files.Names("/jobs", directories: true));
        Assert.True(files.DirectoryExists("/jobs"));
        Assert.False(files.DirectoryExists("/jobs/two"));
        files.Delete("/jobs/one/file");
        Assert.Empty(files.Names("/jobs/one"));
        Assert.Throws<FileNotFoundException>(() => files.Replace("/jobs/one/none", "/jobs/one/neither"));
    }

    [Fact]
    public void A_rename_that_was_answered_to_nobody_may_be_asked_for_again()
    {
        var files = new RedisStateFiles(_redis!);
        Write(files, "/a.tmp", "content");
        files.Replace("/a.tmp", "/a");
        files.Replace("/a.tmp", "/a");
        Assert.Equal("content", Read(files, "/a"));
    }

    [Fact]
    public void What_is_appended_stands_behind_the_length_that_is_known()
    {
        var files = new RedisStateFiles(_redis!);
        Write(files, "/log", "one\ntorn");
        using (var stream = files.Append("/log", 4))
        {
            stream.Write("two\n"u8);
            files.Flush(stream);
        }

        Assert.Equal("one\ntwo\n", Read(files, "/log"));
        using (var fresh = files.Append("/fresh", 0))
        {
            fresh.Write("first"u8);
            files.Flush(fresh);
        }

        Assert.Equal("first", Read(files, "/fresh"));
    }

    [Fact]
    public void Who_lost_its_claim_writes_renames_and_deletes_nothing_any_more()
    {
        var files = new RedisStateFiles(_redis!);
        var first = files.Claim("/lane", fromAnyone: true)!;
        Write(first, "/lane.ckpt", "first");
        var second = files.Claim("/lane", fromAnyone: true)!;

        Action[] changes = [() => Write(first, "/lane.ckpt", "late"), () => first.Replace("/lane.ckpt", "/lane.previous"), () => first.Delete("/lane.ckpt")];
        Assert.All(changes, change => Assert.Equal(ErrorCodes.Fenced, Assert.Throws<RestoreException>(change).Code));
        Assert.Equal("first", Read(second, "/lane.ckpt"));
        Write(second, "/lane.ckpt", "second");
        Assert.Equal("second", Read(files, "/lane.ckpt"));
    }

    [Fact]
    public void A_job_is_held_by_one_at_a_time_and_taken_over_by_its_own_next_process()
    {
        var one = new RedisStateFiles(_redis!, "job-1");
        var other = new RedisStateFiles(_redis!, "job-2");
        var held = one.Claim("/lock", fromAnyone: false)!;
        var locked = held.TryLock("/lock")!;
        Assert.Null(held.TryLock("/lock"));
        Assert.Null(other.Claim("/lock", fromAnyone: false));
        Assert.Null(other.TryLock("/lock"));

        var after = one.Claim("/lock", fromAnyone: false)!;
        Assert.Equal(ErrorCodes.Fenced, Assert.Throws<RestoreException>(() => Write(held, "/summary", "zombie")).Code);

        // Who was taken over lets go of what is not its own any more: nothing happens.
        locked.Dispose();
        Assert.Null(other.Claim("/lock", fromAnyone: false));
        after.TryLock("/lock")!.Dispose();
        Assert.NotNull(other.Claim("/lock", fromAnyone: false));
    }

    [Fact]
    public async Task A_redis_that_starts_again_is_waited_for_and_has_what_was_flushed()
    {
        var files = new RedisStateFiles(_redis!);
        var claimed = files.Claim("/lane", fromAnyone: true)!;
        Write(claimed, "/lane.ckpt", "kept");
        var restart = _server!.RestartAsync();
        Write(claimed, "/lane.ckpt", "later");
        await restart;
        Assert.Equal("later", Read(files, "/lane.ckpt"));
    }

    [Fact]
    public void Terms_rise_also_where_the_last_one_was_forgotten()
    {
        var first = _redis!.NextTerm("job");
        var second = _redis.NextTerm("job");
        Assert.True(second > first);
        _redis.Ask(database => database.KeyDelete(_redis.Key("term:job")));
        Assert.True(_redis.NextTerm("job") >= second);
    }

    [Fact]
    public async Task A_redis_that_is_not_there_is_named()
    {
        var refused = await Assert.ThrowsAsync<RestoreException>(() => RedisStore.ConnectAsync(RedisStore.Read("127.0.0.1:1,connectTimeout=200,connectRetry=1"), "test", 0));
        Assert.Equal(ErrorCodes.StateUnwritable, refused.Code);
        Assert.Equal("127.0.0.1:1", refused.Where);
        Assert.Equal(ErrorCodes.ConfigInvalid, Assert.Throws<RestoreException>(() => RedisStore.Read("host:1,unknown=2")).Code);
    }

    private static void Write(IStateFiles files, string path, string content)
    {
        using var stream = files.Create(path);
        stream.Write(Encoding.UTF8.GetBytes(content));
        files.Flush(stream);
    }

    private static string Read(IStateFiles files, string path)
    {
        using var reader = new StreamReader(files.OpenRead(path)!);
        return reader.ReadToEnd();
    }
}
