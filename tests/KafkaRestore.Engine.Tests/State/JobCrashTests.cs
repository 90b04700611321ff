using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Records.Errors;
using static KafkaRestore.Engine.Tests.State.StateSamples;

namespace KafkaRestore.Engine.Tests.State;

/// <summary>A whole life of a job, ended or disturbed at every step that touches the disk.</summary>
public sealed class JobCrashTests
{
    private static readonly JobLocation s_at = JobLocation.AtFile("/state/file.json");
    private static readonly RestorePlan s_first = Plan(("a", 0, [Segment(0, 9)]), ("b", 0, [Segment(0, 9)]));
    private static readonly RestorePlan s_grown = Plan(("a", 0, [Segment(0, 9), Segment(10, 19)]), ("b", 0, [Segment(0, 9)]));

    [Fact]
    public void Wherever_the_power_is_cut_the_job_is_found_whole_with_all_that_was_saved()
    {
        var found = 0;
        foreach (var (disk, life) in Cut(Live))
        {
            for (var names = 0; names <= disk.UnsafeNames; names++)
            {
                foreach (var content in (double[])[0, 0.7])
                {
                    life.CheckAgainst(disk.AfterPowerCut(names, content));
                    found++;
                }
            }

            life.CheckAgainst(disk.AfterKill());
        }

        Assert.True(found > 200, $"{found}");
    }

    [Fact]
    public void Whichever_step_fails_it_is_told_and_nothing_saved_is_lost()
    {
        var failures = 0;
        for (var step = 0; ; step++)
        {
            var disk = new SimulatedDisk { OnStep = SimulatedDisk.FailAt(step, SimulatedDisk.NoSpace) };
            var life = new Life();
            RestoreException? told = null;
            try
            {
                Live(disk, life);
            }
            catch (RestoreException failure)
            {
                told = failure;
            }

            // Removing who held the lock, or a temporary file, may fail unseen: nobody needs either.
            if (disk.Steps <= step)
            {
                break;
            }

            disk.OnStep = static _ => { };
            if (told is not null)
            {
                failures++;
                Assert.Equal(ErrorCodes.StateUnwritable, told.Code);
                Assert.StartsWith("/state/", told.Where, StringComparison.Ordinal);
                Assert.DoesNotContain(disk.Paths, path => path.EndsWith(".tmp", StringComparison.Ordinal));
            }

            life.CheckAgainst(disk);
        }

        Assert.True(failures > 50, $"{failures}");
    }

    /// <summary>Begin, save, stop; resume a grown archive, save, finish; begin anew, save.</summary>
    private static void Live(SimulatedDisk disk, Life life)
    {
        using (var job = Open(disk, s_first))
        {
            life.Begun(job);
            life.Save(job, 0, 0);
            life.Save(job, 0, 5);
            job.SaveSummary(JobStatus.Running);
            life.Save(job, 1, 10, LaneState.Done);
            job.SaveSummary(JobStatus.Stopped, now: true);
        }

        life.ArchiveHasGrown = true;
        using (var job = Open(disk, s_grown))
        {
            Assert.Equal((2, true), (job.Generations, job.HasGrown));
            life.Save(job, 0, 20, LaneState.Done);
            life.Finishing = true;
            job.Complete();
            life.Finished = true;
        }

        life.Again = true;
        using (var job = Open(disk, s_grown, again: true))
        {
            life.Begun(job);
            life.Save(job, 0, 3);
        }
    }

    private static IEnumerable<(SimulatedDisk Disk, Life Life)> Cut(Action<SimulatedDisk, Life> live)
    {
        for (var step = 0; ; step++)
        {
            var disk = new SimulatedDisk { OnStep = SimulatedDisk.FailAt(step, () => new PowerCut()) };
            var life = new Life();
            var finished = DurableFileTests.Finishes(() => live(disk, life));
            yield return (disk, life);
            if (finished)
            {
                yield break;
            }
        }
    }

    private static StoredJob Open(SimulatedDisk disk, RestorePlan plan, bool again = false) =>
        new JobStore(disk, new ManualTime()).OpenOrCreate(Request(s_at, plan) with { Again = again });

    /// <summary>What was promised so far.</summary>
    private sealed class Life
    {
        private readonly long[] _saved = [-1, -1];
        private readonly long[] _tried = [-1, -1];
        private int _run;

        public bool ArchiveHasGrown { get; set; }

        public bool Finishing { get; set; }

        public bool Finished { get; set; }

        public bool Again { get; set; }

        public void Begun(StoredJob job)
        {
            _run = job.Run;
            Again = false;
            Finishing = false;
            Finished = false;
            Array.Fill(_saved, -1);
            Array.Fill(_tried, -1);
        }

        public void Save(StoredJob job, int lane, long next, LaneState state = LaneState.Running)
        {
            _tried[lane] = next;
            job.Save(lane, Checkpoint(job.Lanes[lane], next, state));
            _saved[lane] = next;
        }

        public void CheckAgainst(SimulatedDisk disk)
        {
            using var job = Open(disk, ArchiveHasGrown ? s_grown : s_first);
            if (job.Run != _run)
            {
                // A run that was being begun when the power went: it may be there or not, and no lane has written in it.
                Assert.True((_run == 0 || Again) && job.Run == _run + 1, $"run {job.Run} after {_run}");
                Assert.All(job.Lanes, lane => Assert.Null(job.ReadLane(lane.Number)));
                return;
            }

            if (job.Opening == JobOpening.Finished ? !Finishing : Finished)
            {
                Assert.Fail($"the job is found {job.Opening}");
            }

            for (var lane = 0; lane < _saved.Length; lane++)
            {
                var end = job.ReadLane(lane)?.ExpectedEnd ?? -1;
                Assert.True(end == _saved[lane] || end == _tried[lane], $"lane {lane} is at {end}, saved was {_saved[lane]}, tried {_tried[lane]}");
            }
        }
    }
}
