using KafkaRestore.Engine.State;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Engine.Tests.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.Steering;

public sealed class RunningJobTests : IDisposable
{
    private readonly SteeringStage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    public async Task Limits_are_changed_and_shown_before_and_after()
    {
        await _stage.BeginAsync();
        var job = Find();
        var change = job.ChangeLimitsAsync(new LimitsRequest { BytesPerSecond = new RateRequest(1_000) }, CancellationToken.None);
        await _stage.UntilAsync(change);

        var (before, after) = await change;
        Assert.Equal((null, 1_000), (before.BytesPerSecond, after.BytesPerSecond));
        Assert.Equal(after, await job.ReadLimitsAsync(CancellationToken.None));
        Assert.Equal(7, job.Holder.ProcessId);
    }

    [Fact]
    public async Task One_request_after_the_other_is_answered()
    {
        await _stage.BeginAsync();
        for (var atOnce = 1; atOnce <= 4; atOnce++)
        {
            var change = Find().ChangeLimitsAsync(new LimitsRequest { MaxConcurrentPartitions = atOnce }, CancellationToken.None);
            await _stage.UntilAsync(change);
            Assert.Equal(atOnce, (await change).After.MaxConcurrentPartitions);
        }
    }

    [Fact]
    public async Task What_the_run_refuses_is_the_callers_failure()
    {
        await _stage.BeginAsync();
        var change = Find().ChangeLimitsAsync(new LimitsRequest { MaxConcurrentPartitions = 11 }, CancellationToken.None);
        await _stage.UntilAsync(change);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => change);
        Assert.Equal((ErrorCodes.ConfigInvalid, "restore.max_concurrent_partitions"), (failure.Code, failure.Where));
        Assert.Contains("10", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_job_nothing_is_found()
    {
        var failure = Assert.Throws<RestoreException>(() => RunningJob.Find(new SimulatedDisk(), _stage.Location, _stage.Time));
        Assert.Equal((ErrorCodes.JobNotFound, _stage.Location.SummaryFile), (failure.Code, failure.Where));
    }

    [Fact]
    public void A_job_that_was_let_go_does_not_run()
    {
        _stage.LetGo();
        Assert.Equal(ErrorCodes.JobNotRunning, Assert.Throws<RestoreException>(() => Find()).Code);
    }

    [Fact]
    public void A_run_that_was_killed_leaves_its_word_and_does_not_run()
    {
        var disk = _stage.Disk.AfterKill();
        Assert.Contains(disk.Paths, path => path.EndsWith("lock.holder.json", StringComparison.Ordinal));
        Assert.Equal(ErrorCodes.JobNotRunning, Assert.Throws<RestoreException>(() => RunningJob.Find(disk, _stage.Location, _stage.Time)).Code);

        // Looking has not kept the lock.
        JobLock.Take(disk, _stage.Location, _stage.Holder).Dispose();
    }

    [Fact]
    public async Task A_run_that_does_not_answer_is_waited_for_and_told_with_the_way_to_take_the_request_back()
    {
        var change = Find().ChangeLimitsAsync(new LimitsRequest { MaxConcurrentPartitions = 2 }, CancellationToken.None);
        await _stage.UntilAsync(change);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => change);
        Assert.Equal(ErrorCodes.JobNotRunning, failure.Code);
        Assert.Contains("process 7 works on this job and has not answered", failure.Message, StringComparison.Ordinal);
        Assert.Contains(_stage.Files.RequestPath, failure.Hint!, StringComparison.Ordinal);

        // It obeys when it comes to it.
        await _stage.BeginAsync();
        Assert.Equal(2, _stage.Control.Current.MaxConcurrentPartitions);
    }

    [Fact]
    public async Task A_run_that_ends_meanwhile_is_not_waited_for()
    {
        var change = Find().ChangeLimitsAsync(new LimitsRequest { MaxConcurrentPartitions = 2 }, CancellationToken.None);
        _stage.LetGo();
        await _stage.UntilAsync(change);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => change);
        Assert.Equal((ErrorCodes.JobNotRunning, "the run has ended meanwhile"), (failure.Code, failure.Message));
    }

    [Fact]
    public async Task A_run_that_obeys_and_ends_at_once_has_answered()
    {
        await _stage.BeginAsync();
        var change = Find().ChangeLimitsAsync(new LimitsRequest { MaxConcurrentPartitions = 2 }, CancellationToken.None);
        while (_stage.Log.Changes.Count == 0)
        {
            await _stage.LookAsync();
        }

        await _stage.EndAsync();
        _stage.LetGo();
        await _stage.UntilAsync(change);

        Assert.Equal(2, (await change).After.MaxConcurrentPartitions);
    }

    [Fact]
    public async Task An_answer_of_an_earlier_run_is_not_taken_for_one_of_this()
    {
        await _stage.BeginAsync();
        var change = Find().ChangeLimitsAsync(new LimitsRequest { MaxConcurrentPartitions = 2 }, CancellationToken.None);
        await _stage.UntilAsync(change);
        await change;
        var next = _stage.Disk.AfterKill();
        using var held = JobLock.Take(next, _stage.Location, _stage.Holder with { Since = 100 });

        var read = RunningJob.Find(next, _stage.Location, _stage.Time).ReadLimitsAsync(CancellationToken.None);
        await _stage.UntilAsync(read);

        Assert.Equal(ErrorCodes.JobNotRunning, (await Assert.ThrowsAsync<RestoreException>(() => read)).Code);
    }

    [Fact]
    public async Task Two_cannot_ask_at_the_same_time()
    {
        using var other = _stage.Files.TryLock();
        Assert.NotNull(other);
        var failure = await Assert.ThrowsAsync<RestoreException>(() => Find().ChangeLimitsAsync(new LimitsRequest { MaxConcurrentPartitions = 2 }, CancellationToken.None));
        Assert.Equal(ErrorCodes.JobLocked, failure.Code);
        Assert.DoesNotContain(_stage.Files.RequestPath, _stage.Disk.Paths);
    }

    [Fact]
    public async Task A_damaged_control_file_is_replaced_by_the_request()
    {
        await _stage.BeginAsync();
        _stage.Put("{");
        await _stage.LookAsync();
        var change = Find().ChangeLimitsAsync(new LimitsRequest { MaxConcurrentPartitions = 2 }, CancellationToken.None);
        await _stage.UntilAsync(change);
        Assert.Equal(2, (await change).After.MaxConcurrentPartitions);
    }

    private RunningJob Find() => RunningJob.Find(_stage.Disk, _stage.Location, _stage.Time);
}
