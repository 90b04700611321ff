using System.Text;
using System.Text.Json;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Checkpoints;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Engine.Tests.Planning;
using KafkaRestore.Records.Errors;
using static KafkaRestore.Engine.Tests.State.StateSamples;

namespace KafkaRestore.Engine.Tests.State;

public sealed class JobStoreTests
{
    private static readonly JobLocation s_at = JobLocation.AtFile("/state/file.json");
    private readonly ManualTime _time = new();
    private SimulatedDisk _disk = new();

    [Fact]
    public void What_is_not_there_is_begun()
    {
        using var job = Open(Archive());
        Assert.Equal((JobOpening.New, 1, 1, false), (job.Opening, job.Run, job.Generations, job.HasGrown));
        Assert.Equal(["a/0", "a/1", "b/0"], job.Lanes.Select(lane => lane.Target.ToString()));
        Assert.Equal([0, 1, 2], job.Lanes.Select(lane => lane.Number));
        Assert.All(job.Lanes, lane => Assert.Null(job.ReadLane(lane.Number)));
        Assert.True(job.LockWorks);
    }

    [Fact]
    public void The_same_command_finds_its_job_and_its_lanes_again()
    {
        using (var job = Open(Archive()))
        {
            Assert.True(job.Save(1, Checkpoint(job.Lanes[1], 5)));
        }

        using var again = Open(Archive());
        Assert.Equal((JobOpening.Resumable, 1), (again.Opening, again.Run));
        Assert.Equal(5, again.ReadLane(1)!.ExpectedEnd);
        Assert.Null(again.ReadLane(0));
    }

    [Fact]
    public void Another_priority_leaves_the_lanes_their_numbers()
    {
        using (Open(Archive()))
        {
        }

        var options = Defaults() with { Execution = new ExecutionOptions { Priority = ["b"] } };
        var plan = Archive(options);
        Assert.Equal("b/0", plan.Lanes[0].Target.ToString());
        using var job = Open(plan, options);
        Assert.Equal(["a/0", "a/1", "b/0"], job.Lanes.Select(lane => lane.Target.ToString()));
    }

    [Fact]
    public void A_finished_job_is_found_finished()
    {
        using (var job = Open(Archive()))
        {
            Finish(job);
        }

        using var again = Open(Archive());
        Assert.Equal((JobOpening.Finished, JobStatus.Done), (again.Opening, again.Summary.Status));
        Assert.All(again.Lanes, lane => Assert.True(lane.IsFinished(again.ReadLane(lane.Number))));
    }

    [Fact]
    public void A_job_with_a_lane_that_is_not_done_cannot_be_completed()
    {
        using var job = Open(Archive());
        job.Save(0, Checkpoint(job.Lanes[0], 10, LaneState.Done));
        job.Save(1, Checkpoint(job.Lanes[1], 10, LaneState.Failed));
        Assert.Contains("2 of 3", Assert.Throws<InvalidOperationException>(job.Complete).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => job.SaveSummary(JobStatus.Done));
    }

    [Fact]
    public void The_summary_is_small_and_says_what_the_lanes_say()
    {
        using (var job = Open(Archive()))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 4));
            job.Save(0, Checkpoint(job.Lanes[0], 7));
            job.Save(2, Checkpoint(job.Lanes[2], 10, LaneState.Done));
            job.Save(1, Checkpoint(job.Lanes[1], 0, LaneState.Failed));
            job.SaveSummary(JobStatus.Partial, now: true);
        }

        using var json = JsonDocument.Parse(_disk.Content(s_at.SummaryFile));
        Assert.Equal(17, json.RootElement.GetProperty("records_restored").GetInt64());
        Assert.Equal(1700, json.RootElement.GetProperty("bytes_restored").GetInt64());
        Assert.Equal("partial", json.RootElement.GetProperty("status").GetString());
        Assert.Equal((3, 3, 1, 1), (Number("lanes"), Number("lanes_begun"), Number("lanes_done"), Number("lanes_failed")));
        Assert.Equal("cluster-1", json.RootElement.GetProperty("identity").GetProperty("target.cluster_id").GetString());
        Assert.InRange(_disk.Content(s_at.SummaryFile).Length, 1, 4_000);

        using var again = Open(Archive());
        again.SaveSummary(JobStatus.Running, now: true);
        Assert.Equal((17, 1700, 3, 1), (again.Summary.RecordsRestored, again.Summary.BytesRestored, again.Summary.LanesBegun, again.Summary.LanesDone));

        int Number(string name) => json.RootElement.GetProperty(name).GetInt32();
    }

    [Fact]
    public void Totals_come_from_the_lanes_and_not_from_a_summary_that_lags_behind()
    {
        using (var job = Open(Archive()))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 9));
        }

        using var again = Open(Archive());
        Assert.Equal(0, again.Summary.RecordsRestored);
        again.Save(0, Checkpoint(again.Lanes[0], 10));
        again.SaveSummary(JobStatus.Stopped);
        Assert.Equal(10, again.Summary.RecordsRestored);
    }

    [Fact]
    public void A_running_summary_is_written_at_most_every_few_seconds()
    {
        using var job = Open(Archive());
        Assert.True(job.SaveSummary(JobStatus.Running));
        Assert.False(job.SaveSummary(JobStatus.Running));
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(job.SaveSummary(JobStatus.Running));
        Assert.True(job.SaveSummary(JobStatus.Stopped));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(job.SaveSummary(JobStatus.Stopped));
        Assert.True(job.SaveSummary(JobStatus.Stopped, now: true));
    }

    [Fact]
    public void A_lane_without_progress_is_not_written()
    {
        using var job = Open(Archive());
        Assert.True(job.Save(0, Checkpoint(job.Lanes[0], 5)));
        var steps = _disk.Steps;
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(job.Save(0, Checkpoint(job.Lanes[0], 5)));
        Assert.Equal(steps, _disk.Steps);
        Assert.True(job.Save(0, Checkpoint(job.Lanes[0], 5) with { CleanStop = true }));
    }

    [Fact]
    public void What_contradicts_itself_or_belongs_elsewhere_is_not_saved()
    {
        using var job = Open(Archive());
        var good = Checkpoint(job.Lanes[0], 5);
        Assert.Throws<ArgumentException>(() => job.Save(0, good with { State = LaneState.Waiting }));
        Assert.Throws<ArgumentException>(() => job.Save(0, good with { ExpectedEnd = -1 }));
        Assert.Throws<ArgumentException>(() => job.Save(1, good));
        Assert.Throws<ArgumentException>(() => job.Save(0, good with { Sources = [good.Sources[0] with { Topic = "b" }] }));
        Assert.Throws<ArgumentException>(() => job.Save(0, good with { Tail = new TailDigest(65, default) }));
        Assert.Null(job.ReadLane(0));
    }

    [Fact]
    public void Another_meaning_is_refused_with_the_difference()
    {
        using (Open(Archive()))
        {
        }

        var options = Defaults() with { Mapping = PlanBuilderTests.Map([("a", "x")], []) };
        var failure = Assert.Throws<RestoreException>(() => Open(Archive(options), options));
        Assert.Equal((ErrorCodes.JobDiffers, s_at.SummaryFile), (failure.Code, failure.Where));
        Assert.Contains("mapping.topic.a: was nothing / is x", failure.Message, StringComparison.Ordinal);
        using var job = Open(Archive());
        Assert.Equal(JobOpening.Resumable, job.Opening);
    }

    [Fact]
    public void A_job_of_another_name_is_refused()
    {
        using (Open(Archive(), change: request => request with { RestoreId = "monday" }))
        {
        }

        using (var job = Open(Archive()))
        {
            Assert.Equal(("monday", JobOpening.Resumable), (job.Id, job.Opening));
        }

        var failure = Assert.Throws<RestoreException>(() => Open(Archive(), change: request => request with { RestoreId = "tuesday" }));
        Assert.Equal(ErrorCodes.JobDiffers, failure.Code);
        Assert.Contains("restore_id: was monday / is tuesday", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Again_begins_anew_and_keeps_what_was_there()
    {
        using (var job = Open(Archive()))
        {
            Finish(job);
        }

        using (var again = Open(Archive(), change: request => request with { Again = true }))
        {
            Assert.Equal((JobOpening.New, 2), (again.Opening, again.Run));
            Assert.All(again.Lanes, lane => Assert.Null(again.ReadLane(lane.Number)));
        }

        Assert.Contains("\"done\"", Encoding.UTF8.GetString(_disk.Content("/state/file.json.d/run-1/summary.json")), StringComparison.Ordinal);
        Assert.Contains("/state/file.json.d/run-1/lanes/0.ckpt", _disk.Paths);
        using var third = Open(Archive());
        Assert.Equal((JobOpening.Resumable, 2), (third.Opening, third.Run));
    }

    [Fact]
    public void Again_is_a_way_out_of_another_meaning_and_of_damage()
    {
        using (Open(Archive()))
        {
        }

        var options = Defaults() with { Headers = new HeaderOptions { Strip = true } };
        using (var job = Open(Archive(options), options, request => request with { Again = true }))
        {
            Assert.Equal((JobOpening.New, 2), (job.Opening, job.Run));
        }

        using (var job = Open(Archive(options), options))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 5));
        }

        _disk.Change(s_at.SummaryFile, _ => [1, 2, 3]);
        _disk.Change(s_at.PreviousSummaryFile, _ => []);
        using var third = Open(Archive(), change: request => request with { Again = true });
        Assert.Equal((JobOpening.New, 3), (third.Opening, third.Run));
    }

    [Fact]
    public void A_damaged_summary_falls_back_to_the_one_before_and_never_to_the_run_before()
    {
        using (var job = Open(Archive()))
        {
            Finish(job);
        }

        using (Open(Archive(), change: request => request with { Again = true }))
        {
        }

        _disk.Change(s_at.SummaryFile, content => content[..50]);
        using var found = Open(Archive());
        Assert.Equal((JobOpening.Resumable, 2), (found.Opening, found.Run));
    }

    [Fact]
    public void A_summary_that_was_removed_is_found_in_the_folder()
    {
        using (var job = Open(Archive()))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 5));
        }

        _disk.Remove(s_at.SummaryFile);
        using var found = Open(Archive());
        Assert.Equal((JobOpening.Resumable, 5L), (found.Opening, found.ReadLane(0)!.ExpectedEnd));
    }

    [Fact]
    public void A_changed_identity_in_a_summary_is_damage()
    {
        using (Open(Archive()))
        {
        }

        _disk.Change(s_at.SummaryFile, content => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace("cluster-1", "cluster-2", StringComparison.Ordinal)));
        _disk.Remove(s_at.PreviousSummaryFile);
        var failure = Assert.Throws<RestoreException>(() => Open(Archive()));
        Assert.Equal((ErrorCodes.StateCorrupt, s_at.SummaryFile), (failure.Code, failure.Where));
        using var adopted = Open(Archive(), change: request => request with { Adopt = true });
        Assert.Equal((JobOpening.New, 1, true), (adopted.Opening, adopted.Run, adopted.Adopt));
    }

    [Fact]
    public void A_newer_summary_is_refused_even_with_again_and_adopt()
    {
        using (Open(Archive()))
        {
        }

        _disk.Change(s_at.SummaryFile, content => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace("\"format_version\": 1", "\"format_version\": 2", StringComparison.Ordinal)));
        foreach (var flag in new[] { false, true })
        {
            var failure = Assert.Throws<RestoreException>(() => Open(Archive(), change: request => request with { Adopt = flag, Again = flag }));
            Assert.Equal((ErrorCodes.StateNewer, s_at.SummaryFile), (failure.Code, failure.Where));
        }
    }

    [Theory]
    [InlineData("""{"backup_id":"b","segments_completed":[],"segments_in_progress":[],"records_restored":5}""")]
    [InlineData("my notes")]
    public void A_file_of_somebody_else_is_refused_and_stays(string content)
    {
        _disk.Put(s_at.SummaryFile, Encoding.UTF8.GetBytes(content));
        foreach (var flag in new[] { false, true })
        {
            var failure = Assert.Throws<RestoreException>(() => Open(Archive(), change: request => request with { Adopt = flag, Again = flag }));
            Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
            Assert.Contains("another file", failure.Describe(), StringComparison.Ordinal);
            Assert.Equal(content, Encoding.UTF8.GetString(_disk.Content(s_at.SummaryFile)));
            Assert.Single(_disk.Paths);
        }
    }

    [Fact]
    public void An_empty_file_is_taken()
    {
        _disk.Put(s_at.SummaryFile, []);
        using (var job = Open(Archive()))
        {
            Assert.Equal(JobOpening.New, job.Opening);
        }

        using var again = Open(Archive());
        Assert.Equal(JobOpening.Resumable, again.Opening);
    }

    [Fact]
    public void A_summary_without_its_folder_is_not_begun_from_nothing()
    {
        byte[] summary;
        using (var job = Open(Archive()))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 5));
            job.SaveSummary(JobStatus.Stopped);
            summary = _disk.Content(s_at.SummaryFile);
        }

        _disk = new SimulatedDisk();
        _disk.Put(s_at.SummaryFile, summary);
        var failure = Assert.Throws<RestoreException>(() => Open(Archive()));
        Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
        Assert.Contains("file.json.d", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lanes_that_have_begun_and_lost_their_checkpoint_are_missed()
    {
        using (var job = Open(Archive()))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 5));
            job.Save(1, Checkpoint(job.Lanes[1], 5));
            job.SaveSummary(JobStatus.Stopped);
        }

        _disk.Remove("/state/file.json.d/run-1/lanes/1.ckpt");
        var failure = Assert.Throws<RestoreException>(() => Open(Archive()));
        Assert.Equal(ErrorCodes.StateCorrupt, failure.Code);
        Assert.Contains("2 lanes of the job have begun, and only 1", failure.Message, StringComparison.Ordinal);
        using var adopted = Open(Archive(), change: request => request with { Adopt = true });
        Assert.Equal((JobOpening.Resumable, 1), (adopted.Opening, adopted.Run));
        Assert.Null(adopted.ReadLane(1));
    }

    [Fact]
    public void A_damaged_checkpoint_stops_its_own_lane_only()
    {
        using (var job = Open(Archive()))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 5));
            job.Save(1, Checkpoint(job.Lanes[1], 5));
            job.Save(1, Checkpoint(job.Lanes[1], 6));
            job.Save(2, Checkpoint(job.Lanes[2], 5));
            job.SaveSummary(JobStatus.Stopped);
        }

        _disk.Change("/state/file.json.d/run-1/lanes/0.ckpt", content => content[..^3]);
        _disk.Change("/state/file.json.d/run-1/lanes/1.ckpt", content => content[..^3]);
        using (var job = Open(Archive()))
        {
            var failure = Assert.Throws<RestoreException>(() => job.ReadLane(0));
            Assert.Equal((ErrorCodes.StateCorrupt, "/state/file.json.d/run-1/lanes/0.ckpt"), (failure.Code, failure.Where));
            Assert.Contains("--adopt", failure.Describe(), StringComparison.Ordinal);
            Assert.Equal(5, job.ReadLane(1)!.ExpectedEnd);
            Assert.Equal(5, job.ReadLane(2)!.ExpectedEnd);
            job.SaveSummary(JobStatus.Stopped);
            Assert.Equal((3, 10), (job.Summary.LanesBegun, job.Summary.RecordsRestored));
        }

        using var adopted = Open(Archive(), change: request => request with { Adopt = true });
        Assert.Null(adopted.ReadLane(0));
        Assert.Equal(5, adopted.ReadLane(1)!.ExpectedEnd);
        Assert.True(adopted.Save(0, Checkpoint(adopted.Lanes[0], 2)));
        Assert.Equal(2, adopted.ReadLane(0)!.ExpectedEnd);
    }

    [Fact]
    public void A_checkpoint_under_another_lanes_number_is_not_taken()
    {
        using (var job = Open(Archive()))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 5));
        }

        _disk.Put("/state/file.json.d/run-1/lanes/1.ckpt", _disk.Content("/state/file.json.d/run-1/lanes/0.ckpt"));
        using var again = Open(Archive());
        Assert.Equal(ErrorCodes.StateCorrupt, Assert.Throws<RestoreException>(() => again.ReadLane(1)).Code);
    }

    [Fact]
    public void A_damaged_record_of_segments_is_corrupt_and_can_be_adopted()
    {
        using (var job = Open(Archive()))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 5));
        }

        _disk.Change("/state/file.json.d/run-1/segments", content => content[..^1]);
        var failure = Assert.Throws<RestoreException>(() => Open(Archive()));
        Assert.Equal((ErrorCodes.StateCorrupt, "/state/file.json.d/run-1/segments"), (failure.Code, failure.Where));
        using var adopted = Open(Archive(), change: request => request with { Adopt = true });
        Assert.Equal((JobOpening.New, 2), (adopted.Opening, adopted.Run));
    }

    [Fact]
    public void An_archive_that_grew_adds_a_generation_once()
    {
        using (var job = Open(Archive()))
        {
            Finish(job);
        }

        var grown = Plan(("a", 0, [Segment(0, 9), Segment(10, 19)]), ("a", 1, [Segment(0, 9)]), ("a", 2, [Segment(5, 9)]), ("b", 0, [Segment(0, 9)]));
        using (var job = Open(grown))
        {
            Assert.Equal((JobOpening.Resumable, true, 2), (job.Opening, job.HasGrown, job.Generations));
            Assert.Equal(["a/0", "a/1", "b/0", "a/2"], job.Lanes.Select(lane => lane.Target.ToString()));
            Assert.Equal([1, 2], job.Lanes[0].Generations.Select(generation => generation.Number));
            Assert.Equal([0L], Starts(job.Lanes[0], 0));
            Assert.Equal([10L], Starts(job.Lanes[0], 1));
            Assert.Equal([2], job.Lanes[3].Generations.Select(generation => generation.Number));
            Assert.Equal([false, true, true, false], job.Lanes.Select(lane => lane.IsFinished(job.ReadLane(lane.Number))));
            Assert.Throws<InvalidOperationException>(job.Complete);
        }

        // Killed before its summary was written: the generation is recorded, and the job is still not finished.
        using (var job = Open(grown))
        {
            Assert.Equal((JobOpening.Resumable, false, 2), (job.Opening, job.HasGrown, job.Generations));
            Assert.Equal([10L], Starts(job.Lanes[0], 1));
            Finish(job);
        }

        using var finished = Open(grown);
        Assert.Equal(JobOpening.Finished, finished.Opening);
    }

    [Fact]
    public void Generations_pile_up_and_stay_apart()
    {
        using (Open(Plan(("a", 0, [Segment(0, 9), Segment(5, 14)]))))
        {
        }

        using (Open(Plan(("a", 0, [Segment(0, 9), Segment(5, 14), Segment(20, 29), Segment(25, 31)]))))
        {
        }

        var third = Plan(("a", 0, [Segment(0, 9), Segment(5, 14), Segment(20, 29), Segment(25, 31), Segment(32, 40)]));
        foreach (var hasGrown in new[] { true, false })
        {
            using var job = Open(third);
            Assert.Equal((3, hasGrown), (job.Generations, job.HasGrown));
            Assert.Equal([0L, 5L], Starts(job.Lanes[0], 0));
            Assert.Equal([20L, 25L], Starts(job.Lanes[0], 1));
            Assert.Equal([32L], Starts(job.Lanes[0], 2));
        }
    }

    [Fact]
    public void A_source_that_joins_a_lane_comes_last_whatever_its_name()
    {
        var options = Defaults() with { Mapping = PlanBuilderTests.Map([("a", "all"), ("b", "all")], []) };
        using (Open(Plan(options, ("b", 0, [Segment(0, 9)])), options))
        {
        }

        using var job = Open(Plan(options, ("a", 0, [Segment(0, 4)]), ("b", 0, [Segment(0, 9), Segment(10, 19)])), options);
        var lane = Assert.Single(job.Lanes);
        Assert.All(lane.Generations, generation => Assert.Equal(["b/0", "a/0"], generation.Stream.Sources.Select(source => source.ToString())));
        Assert.Equal([1, 0], lane.Generations[0].Stream.Sources.Select(source => source.Segments.Count));
        Assert.Equal([1, 1], lane.Generations[1].Stream.Sources.Select(source => source.Segments.Count));
        Assert.Equal([10L], Starts(lane, 1));
    }

    [Fact]
    public void Segments_lost_behind_every_position_do_not_matter()
    {
        using (var job = Open(Plan(("a", 0, [Segment(0, 9), Segment(10, 19)]), ("b", 0, [Segment(0, 9)]))))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 10));
            job.Save(1, Checkpoint(job.Lanes[1], 10, LaneState.Done));
        }

        using var again = Open(Plan(("a", 0, [Segment(10, 19)])));
        Assert.Equal((JobOpening.Resumable, false, 1), (again.Opening, again.HasGrown, again.Generations));
        Assert.Equal(["a/0", "b/0"], again.Lanes.Select(lane => lane.Target.ToString()));
        Assert.Equal([10L], Starts(again.Lanes[0], 0));
        Assert.Empty(Starts(again.Lanes[1], 0));
        Assert.True(again.Lanes[1].IsFinished(again.ReadLane(1)));
    }

    [Fact]
    public void Segments_lost_ahead_are_refused_by_name_and_the_state_stays()
    {
        using (var job = Open(Plan(("a", 0, [Segment(0, 9), Segment(10, 19)]))))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 9));
        }

        var failure = Assert.Throws<RestoreException>(() => Open(Plan(("a", 0, [Segment(10, 19)]))));
        Assert.Equal(ErrorCodes.JobDiffers, failure.Code);
        Assert.Contains("a/0: 1 segment(s) are gone before all of their records were restored (source offsets 0-9)", failure.Message, StringComparison.Ordinal);
        using var job2 = Open(Plan(("a", 0, [Segment(0, 9), Segment(10, 19)])));
        Assert.Equal(9, job2.ReadLane(0)!.ExpectedEnd);
    }

    [Fact]
    public void What_was_lost_behind_is_needed_again_when_the_checkpoint_does_not_count()
    {
        using (var job = Open(Plan(("a", 0, [Segment(0, 9), Segment(10, 19)]))))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 10));
        }

        Assert.Equal(ErrorCodes.JobDiffers, Assert.Throws<RestoreException>(() => Open(Plan(("a", 0, [Segment(10, 19)])), change: request => request with { Adopt = true })).Code);
        _disk.Change("/state/file.json.d/run-1/lanes/0.ckpt", _ => []);
        Assert.Equal(ErrorCodes.JobDiffers, Assert.Throws<RestoreException>(() => Open(Plan(("a", 0, [Segment(10, 19)])))).Code);
    }

    [Fact]
    public void A_clock_that_was_set_back_changes_nothing()
    {
        using (var job = Open(Archive()))
        {
            job.Save(0, Checkpoint(job.Lanes[0], 5));
            job.SaveSummary(JobStatus.Stopped, now: true);
        }

        _time.Advance(TimeSpan.FromDays(-1_000));
        using var again = Open(Archive());
        Assert.Equal(JobOpening.Resumable, again.Opening);
        Assert.True(again.Save(0, Checkpoint(again.Lanes[0], 6)));
        again.SaveSummary(JobStatus.Stopped, now: true);
        Assert.Equal(6, new JobStore(_disk, _time).ReadSummary(s_at)!.RecordsRestored);
    }

    [Fact]
    public void A_summary_can_be_read_while_the_job_is_held()
    {
        var store = new JobStore(_disk, _time);
        Assert.Null(store.ReadSummary(s_at));
        using var job = Open(Archive());
        Assert.Equal(job.Id, store.ReadSummary(s_at)!.JobId);
    }

    [Fact]
    public void Other_parts_get_a_folder_of_their_own_in_the_run()
    {
        using var job = Open(Archive());
        Assert.Equal("/state/file.json.d/run-1/map", job.FolderOf("map"));
        Assert.True(_disk.DirectoryExists("/state/file.json.d/run-1/map"));
        Assert.Throws<ArgumentException>(() => job.FolderOf(".."));
        Assert.Throws<ArgumentException>(() => job.FolderOf("lanes"));
    }

    [Fact]
    public void Nothing_is_saved_after_the_job_was_let_go()
    {
        var job = Open(Archive());
        job.Dispose();
        job.Dispose();
        Assert.Throws<ObjectDisposedException>(() => job.Save(0, Checkpoint(job.Lanes[0], 5)));
        Assert.Throws<ObjectDisposedException>(() => job.SaveSummary(JobStatus.Stopped));
        using var next = Open(Archive());
        Assert.Equal(JobOpening.Resumable, next.Opening);
    }

    [Fact]
    public void A_refused_open_lets_the_lock_go()
    {
        using (Open(Archive()))
        {
        }

        var options = Defaults() with { Headers = new HeaderOptions { Strip = true } };
        Assert.Equal(ErrorCodes.JobDiffers, Assert.Throws<RestoreException>(() => Open(Archive(options), options)).Code);
        using var job = Open(Archive());
        Assert.Equal(JobOpening.Resumable, job.Opening);
    }

    private static void Finish(StoredJob job)
    {
        foreach (var lane in job.Lanes)
        {
            job.Save(lane.Number, Checkpoint(lane, 10, LaneState.Done));
        }

        job.Complete();
    }

    private static IEnumerable<long> Starts(JobLane lane, int generation) => lane.Generations[generation].Stream.Sources[0].Segments.Select(segment => segment.StartOffset);

    private static RestorePlan Archive(RestoreOptions? options = null) =>
        Plan(options, ("a", 0, [Segment(0, 9)]), ("a", 1, [Segment(0, 9)]), ("b", 0, [Segment(0, 9)]));

    private StoredJob Open(RestorePlan plan, RestoreOptions? options = null, Func<JobRequest, JobRequest>? change = null)
    {
        var request = Request(s_at, plan, options);
        return new JobStore(_disk, _time).OpenOrCreate(change is null ? request : change(request));
    }
}
