using KafkaRestore.Engine.Files;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;
using static KafkaRestore.Engine.Tests.State.StateSamples;

namespace KafkaRestore.Engine.Tests.State;

/// <summary>On a real file system.</summary>
public sealed class LocalStateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kr-state-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_job_lives_on_a_real_disk()
    {
        var at = JobLocation.InDirectory(Path.Combine(_folder, "new", "state"), "monday");
        using (var job = Open(at))
        {
            Assert.True(job.LockWorks);
            job.Save(0, Checkpoint(job.Lanes[0], 5));
            job.Save(0, Checkpoint(job.Lanes[0], 6));
            job.SaveSummary(JobStatus.Stopped);
            Directory.CreateDirectory(job.FolderOf("map"));
        }

        using (var job = Open(at))
        {
            Assert.Equal((JobOpening.Resumable, 6L), (job.Opening, job.ReadLane(0)!.ExpectedEnd));
        }

        Assert.Equal(
            ["job.json", "job.json.d/lock", "job.json.d/run-1/lanes/0.ckpt", "job.json.d/run-1/lanes/0.previous.ckpt", "job.json.d/run-1/segments", "job.json.d/summary.previous.json"],
            Files(Path.GetDirectoryName(at.SummaryFile)!));
    }

    [Fact]
    public void Many_lanes_save_at_once_and_none_waits_for_another()
    {
        var plan = Plan([.. Enumerable.Range(0, 40).Select(i => ("a", i, new[] { Segment(0, 999) }))]);
        var at = JobLocation.AtFile(Path.Combine(_folder, "file.json"));
        using (var job = new JobStore().OpenOrCreate(Request(at, plan)))
        {
            Parallel.For(0, job.Lanes.Count * 5, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
            {
                var lane = job.Lanes[i % job.Lanes.Count];
                job.Save(lane.Number, Checkpoint(lane, (i / job.Lanes.Count) + 1));
                job.SaveSummary(JobStatus.Running, now: i % 10 == 0);
            });
            foreach (var lane in job.Lanes)
            {
                job.Save(lane.Number, Checkpoint(lane, 7, LaneState.Done));
            }

            job.Complete();
        }

        using var again = new JobStore().OpenOrCreate(Request(at, plan));
        Assert.Equal(JobOpening.Finished, again.Opening);
        Assert.Equal((40 * 7, 40), (again.Summary.RecordsRestored, again.Summary.LanesDone));
    }

    [Fact]
    public void A_second_run_is_told_who_holds_the_job()
    {
        var at = JobLocation.AtFile(Path.Combine(_folder, "file.json"));
        using (var job = Open(at))
        {
            var failure = Assert.Throws<RestoreException>(() => Open(at));
            Assert.Equal((ErrorCodes.JobLocked, at.SummaryFile), (failure.Code, failure.Where));
            Assert.Contains($"process {Environment.ProcessId} of {Environment.UserName} on {Environment.MachineName}, since ", failure.Message, StringComparison.Ordinal);
            Assert.Contains(job.Id, failure.Message, StringComparison.Ordinal);
        }

        Open(at).Dispose();
    }

    [Fact]
    public void What_a_dead_process_left_does_not_block()
    {
        var at = JobLocation.AtFile(Path.Combine(_folder, "file.json"));
        Directory.CreateDirectory(at.PartsDirectory);
        File.WriteAllText(Path.Combine(at.PartsDirectory, "lock"), "");
        File.WriteAllText(Path.Combine(at.PartsDirectory, "lock.holder.json"), """{"host":"gone","process_id":1,"user":"x","since":0,"job_id":"y"}""");
        using var job = Open(at);
        Assert.Equal(JobOpening.New, job.Opening);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("""{"host":"h","process_id":1,"user":"x","since":9223372036854775807,"job_id":"y"}""")]
    public void A_holder_that_cannot_be_read_does_not_hide_the_lock(string? holder)
    {
        var at = JobLocation.AtFile(Path.Combine(_folder, "file.json"));
        using var job = Open(at);
        var path = Path.Combine(at.PartsDirectory, "lock.holder.json");
        File.Delete(path);
        if (holder is not null)
        {
            File.WriteAllText(path, holder);
        }

        var failure = Assert.Throws<RestoreException>(() => Open(at));
        Assert.Equal(ErrorCodes.JobLocked, failure.Code);
        Assert.Contains("cannot be read", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_without_effect_is_noticed()
    {
        using var job = new JobStore(new SimulatedDisk { Locks = false }, TimeProvider.System).OpenOrCreate(Request(JobLocation.AtFile("/state/file.json"), s_plan));
        Assert.False(job.LockWorks);
    }

    [Fact]
    public void A_file_where_a_directory_is_needed_is_told()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "mine");
        var failure = Assert.Throws<RestoreException>(() => Open(JobLocation.AtFile(Path.Combine(file, "below", "job.json"))));
        Assert.Equal(ErrorCodes.StateUnwritable, failure.Code);
        Assert.StartsWith(_folder, failure.Where, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Fact]
    public void A_directory_where_the_file_is_needed_is_told()
    {
        var directory = Path.Combine(_folder, "file.json");
        Directory.CreateDirectory(directory);
        Assert.Equal(ErrorCodes.StateUnwritable, Assert.Throws<RestoreException>(() => Open(JobLocation.AtFile(directory))).Code);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_replaced_is_told_and_the_next_one_works()
    {
        var at = JobLocation.AtFile(Path.Combine(_folder, "file.json"));
        using var job = Open(at);
        job.Save(0, Checkpoint(job.Lanes[0], 5));
        var temporary = Path.Combine(at.PartsDirectory, "run-1", "lanes", "0.ckpt.tmp");
        Directory.CreateDirectory(temporary);
        var failure = Assert.Throws<RestoreException>(() => job.Save(0, Checkpoint(job.Lanes[0], 6)));
        Assert.Equal((ErrorCodes.StateUnwritable, temporary[..^4]), (failure.Code, failure.Where));
        Assert.Equal(5, job.ReadLane(0)!.ExpectedEnd);
        Directory.Delete(temporary);
        Assert.True(job.Save(0, Checkpoint(job.Lanes[0], 6)));
    }

    [Fact]
    public void A_directory_that_is_not_there_cannot_be_brought_to_the_disk()
    {
        DirectorySync.Run(_folder);
        if (!OperatingSystem.IsWindows())
        {
            var failure = Assert.Throws<IOException>(() => DirectorySync.Run(Path.Combine(_folder, "none")));
            Assert.Equal(2, failure.HResult);
        }
    }

    [Fact]
    public void A_full_device_is_told_as_such()
    {
        if (!File.Exists("/dev/full"))
        {
            return;
        }

        var failure = Assert.ThrowsAny<IOException>(() =>
        {
            using var full = LocalStateFiles.Instance.Create("/dev/full");
            full.Write("x"u8);
            LocalStateFiles.Instance.Flush(full);
        });
        Assert.Equal("no space is left", SystemErrors.Reason(failure));
    }

    private static readonly RestorePlan s_plan = Plan(("a", 0, [Segment(0, 9)]));

    private static StoredJob Open(JobLocation at) => new JobStore().OpenOrCreate(Request(at, s_plan));

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal);
}
