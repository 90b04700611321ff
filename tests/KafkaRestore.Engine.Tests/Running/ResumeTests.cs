using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.OffsetMaps;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Running;

/// <summary>Runs that are killed anywhere and go on: every record once, in order, and an exact map.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly JobStage _stage = new();

    private InMemorySinkFactory Sinks => _stage.Sinks;

    public void Dispose() => _stage.Dispose();

    [Fact]
    public void Killed_any_number_of_times_anywhere_a_restore_ends_exactly() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            using var tests = new ResumeTests();
            tests.AssertExactAsync(seed).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(90));

    [Fact]
    public async Task A_finished_job_is_known_as_finished()
    {
        var archive = await Archive().WriteManifestAsync();
        Assert.Equal(RestoreStatus.Done, (await RunAsync(archive)).Report!.Status);

        using var job = Job(archive, Options(archive));
        await job.OpenAsync(await job.PlanAsync(CancellationToken.None), CancellationToken.None);

        Assert.True(job.State!.IsFinished);
        Assert.Equal(100, job.State.Stored.Summary.RecordsRestored);
    }

    [Fact]
    public async Task Somebody_elses_record_behind_the_checkpoint_is_named_and_only_its_lane_stops()
    {
        var archive = new TestArchive().AddSegments("a", 0, TestRecords.Ordinary(50), 10).AddSegments("a", 1, TestRecords.Ordinary(50), 10);
        await archive.WriteManifestAsync();
        await KillAsync(archive, afterRecords: 30, onlyIn: new TargetPartition("a", 0));
        Sinks.Append(new TargetPartition("a", 0), TestRecords.Record(9_999));

        var (report, _) = await RunAsync(archive);

        Assert.Equal(RestoreStatus.Partial, report!.Status);
        Assert.Contains(ErrorCodes.ForeignWriter.Word, Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Equal(["failed", "done"], report.TopicsRestored.Single().Partitions.Select(partition => partition.State));
        RecordComparison.AssertEqual(TestRecords.Ordinary(50), Log("a", 1), "a/1", offsets: false);
    }

    [Fact]
    public async Task Applications_that_write_behind_a_finished_lane_block_nothing()
    {
        // The larger lane goes first, and alone.
        var archive = new TestArchive().AddSegments("a", 0, TestRecords.Ordinary(500), 10).AddSegments("a", 1, TestRecords.Ordinary(100), 10);
        await archive.WriteManifestAsync();
        await KillAsync(
            archive,
            afterRecords: 50,
            onlyIn: new TargetPartition("a", 1),
            change: options => options with { Execution = options.Execution with { MaxConcurrentLanes = 1 } });
        Sinks.Append(new TargetPartition("a", 0), TestRecords.Record(9_999));

        var (report, _) = await RunAsync(archive);

        Assert.True(report!.Status == RestoreStatus.Done, string.Join(" | ", report.Errors));
        RecordComparison.AssertEqual(TestRecords.Ordinary(100), Log("a", 1), "a/1", offsets: false);
        Assert.Equal(501, Log("a", 0).Count);
    }

    [Fact]
    public async Task A_target_that_lost_its_end_stops_the_lane()
    {
        var archive = await Archive().WriteManifestAsync();
        await KillAsync(archive, afterRecords: 60, save: true);
        Sinks.Truncate(new TargetPartition("t", 0), 3);

        var (report, _) = await RunAsync(archive);

        Assert.Equal(RestoreStatus.Partial, report!.Status);
        Assert.Contains(ErrorCodes.TargetRewound.Word, report.Errors.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_that_were_exchanged_before_the_checkpoint_are_noticed()
    {
        var archive = await Archive().WriteManifestAsync();
        await KillAsync(archive, afterRecords: 60, save: true);
        var target = new TargetPartition("t", 0);
        var length = Sinks.Log(target).Count;
        Sinks.Truncate(target, length - 1);
        Sinks.Append(target, TestRecords.Record(9_999));

        var (report, _) = await RunAsync(archive);

        Assert.Equal(RestoreStatus.Partial, report!.Status);
        Assert.Contains("holds another record than this lane wrote there", report.Errors.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_is_shorter_than_what_was_acknowledged_leaves_the_job_unfinished()
    {
        var archive = await Archive().WriteManifestAsync();
        var target = new TargetPartition("t", 0);
        Sinks.BeforeAppend = (_, record) =>
        {
            if (record.Offset == 99)
            {
                // When the ends are read afterwards, the log has lost its last records.
                _stage.Cluster.BeforeReadRanges = () => _stage.Cluster.Ranges[target] = new PartitionRange(0, 90);
            }
        };
        var (report, job) = await RunAsync(archive);
        job.Dispose();
        _stage.Cluster.BeforeReadRanges = null;
        Assert.Equal(RestoreStatus.Partial, report!.Status);

        var (next, _) = await RunAsync(archive);

        Assert.NotNull(next);
        Assert.Contains(ErrorCodes.TargetRewound.Word, next.Errors.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_whose_state_is_lost_can_be_adopted()
    {
        var archive = await Archive().WriteManifestAsync();
        await KillAsync(archive, afterRecords: 60, save: true);
        Directory.Delete(_stage.StateFolder, recursive: true);

        var (report, _) = await RunAsync(archive, options => options with { State = options.State! with { Adopt = true } });

        Assert.True(report!.Status == RestoreStatus.Done, string.Join(" | ", report.Errors));
        Assert.Equal(100, report.RecordsRestored);
        RecordComparison.AssertEqual(TestRecords.Ordinary(100), Log("t", 0), "t/0", offsets: false);
    }

    [Fact]
    public async Task A_damaged_checkpoint_stops_its_lane_and_adopting_goes_on()
    {
        var archive = new TestArchive().AddSegments("a", 0, TestRecords.Ordinary(50), 10).AddSegments("a", 1, TestRecords.Ordinary(50), 10);
        await archive.WriteManifestAsync();
        await KillAsync(archive, afterRecords: 40, onlyIn: new TargetPartition("a", 0), save: true);
        var lane = Directory.EnumerateFiles(_stage.StateFolder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetDirectoryName(file)!.EndsWith("lanes", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        foreach (var file in lane.Where(file => Path.GetFileName(file).TrimStart('0').StartsWith('.')))
        {
            await File.WriteAllTextAsync(file, "torn");
        }

        var (report, job) = await RunAsync(archive);
        job.Dispose();

        Assert.Equal(RestoreStatus.Partial, report!.Status);
        Assert.Contains(ErrorCodes.StateCorrupt.Word, Assert.Single(report.Errors), StringComparison.Ordinal);
        RecordComparison.AssertEqual(TestRecords.Ordinary(50), Log("a", 1), "a/1", offsets: false);

        var (adopted, _) = await RunAsync(archive, options => options with { State = options.State! with { Adopt = true } });
        Assert.True(adopted!.Status == RestoreStatus.Done, string.Join(" | ", adopted.Errors));
        RecordComparison.AssertEqual(TestRecords.Ordinary(50), Log("a", 0), "a/0", offsets: false);
        RecordComparison.AssertEqual(TestRecords.Ordinary(50), Log("a", 1), "a/1", offsets: false);
    }

    [Fact]
    public async Task Another_meaning_is_refused_with_the_difference()
    {
        var archive = await Archive().WriteManifestAsync();
        await KillAsync(archive, afterRecords: 20);
        using var job = Job(archive, Options(archive) with { Selection = new SelectionOptions { TimeWindowStart = 5 } });
        var plan = await job.PlanAsync(CancellationToken.None);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => job.OpenAsync(plan, CancellationToken.None));

        Assert.Equal(ErrorCodes.JobDiffers, failure.Code);
        Assert.Contains("time_window_start", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_cluster_behind_the_same_name_and_state_is_refused_with_the_difference()
    {
        var archive = await Archive().WriteManifestAsync();
        await KillAsync(archive, afterRecords: 20, save: true);
        _stage.Cluster.ClusterId = "another-cluster";
        using var job = Job(archive, Options(archive));
        var plan = await job.PlanAsync(CancellationToken.None);

        var failure = await Assert.ThrowsAsync<RestoreException>(() => job.OpenAsync(plan, CancellationToken.None));

        Assert.Equal(ErrorCodes.JobDiffers, failure.Code);
        Assert.Contains("another-cluster", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segments_that_were_spread_and_not_acknowledged_are_read_again()
    {
        var archive = await Archive().WriteManifestAsync();
        RestoreOptions Spread(RestoreOptions options) =>
            options with { Mapping = new MappingOptions { Repartitioning = new Dictionary<string, Repartitioning> { ["t"] = new(PartitioningStrategy.Murmur2, 3) } } };

        // All segments are read and handed to the sinks; not one record gets through.
        await KillAsync(archive, afterRecords: 0, change: Spread, save: true);
        Assert.All(Enumerable.Range(0, 3), partition => Assert.Empty(Log("t", partition)));

        var (report, _) = await RunAsync(archive, Spread);

        Assert.True(report!.Status == RestoreStatus.Done, string.Join(" | ", report.Errors));
        Assert.Equal((100, 0), (report.RecordsRestored, report.RecordsRestoredBefore));
        Assert.Equal(100, Enumerable.Range(0, 3).Sum(partition => Log("t", partition).Count));
    }

    [Fact]
    public async Task A_grown_archive_goes_on_exactly_from_the_middle_of_its_first_new_block()
    {
        var archive = await Archive().WriteManifestAsync();
        var (first, job) = await RunAsync(archive);
        job.Dispose();
        Assert.Equal(RestoreStatus.Done, first!.Status);
        await archive.AddSegment("t", 0, TestRecords.Ordinary(40, firstOffset: 100)).WriteManifestAsync();
        await KillAsync(archive, afterRecords: 15, save: true);

        var (report, _) = await RunAsync(archive);

        Assert.True(report!.Status == RestoreStatus.Done, string.Join(" | ", report.Errors));
        RecordComparison.AssertEqual(TestRecords.Ordinary(140), Log("t", 0), "t/0", offsets: false);
    }

    private static TestArchive Archive() => new TestArchive().AddSegments("t", 0, TestRecords.Ordinary(100), 10);

    private async Task AssertExactAsync(int seed)
    {
        var random = new Random(seed);
        var archive = new TestArchive();
        var partitions = random.Next(1, 4);
        for (var partition = 0; partition < partitions; partition++)
        {
            archive.AddSegments("t", partition, TestRecords.Ordinary(random.Next(1, 200), random.Next(100), step: random.Next(1, 4)), random.Next(1, 30));
        }

        await archive.WriteManifestAsync();
        var (merged, spread) = random.Next(3) switch { 0 => (true, 0), 1 => (false, random.Next(1, 8)), _ => (false, 0) };
        var windowed = random.Next(2) == 0;
        var strategy = (PartitioningStrategy)random.Next(2);
        Sinks.MarkersOnOpen = random.Next(3);
        RestoreOptions Change(RestoreOptions options) => options with
        {
            Mapping = merged ? new MappingOptions { Partitions = Enumerable.Range(0, partitions).ToDictionary(partition => partition, _ => 0) }
                : spread > 0 ? new MappingOptions { Repartitioning = new Dictionary<string, Repartitioning> { ["t"] = new(strategy, spread) } }
                : new MappingOptions(),
            Selection = windowed ? new SelectionOptions { TimeWindowStart = TestRecords.SomeTime + 20 } : new SelectionOptions(),
            Execution = new ExecutionOptions
            {
                MaxConcurrentLanes = random.Next(1, 4),
                CheckpointInterval = TimeSpan.FromMilliseconds(1),
                TimeIndexDirectory = seed % 3 == 0 ? null : _stage.Folder, // what one run learns, the next one leaves out
            },
        };
        var plan = archive.Plan(Change);
        for (var kills = random.Next(0, 5); kills > 0; kills--)
        {
            if (await KillAsync(archive, random.Next(0, 150), change: Change, save: random.Next(3) == 0))
            {
                break;
            }
        }

        var (report, job) = await RunAsync(archive, Change);
        if (report is not null)
        {
            Assert.True(report.Status == RestoreStatus.Done, $"seed {seed}: {string.Join(" | ", report.Errors)}");
            Assert.Equal(report.RecordsPlanned, report.RecordsRestored + report.RecordsSkippedByWindow);
            Assert.Equal(plan.SegmentCount, report.SegmentsProcessed);
        }

        foreach (var lane in plan.Lanes)
        {
            var expected = await Streams.ReadAsync(Streams.Open(archive.Storage, plan, lane, new(64 << 20)));
            var log = Sinks.Log(lane.Target);
            RecordComparison.AssertEqual(expected, Log(lane.Target.Topic, lane.Target.Partition), $"seed {seed}: {lane.Target}", offsets: false);
            await AssertMapsAsync(job, lane, expected, log, seed);
        }
    }

    [Fact]
    public void An_archive_that_grows_between_kills_is_restored_one_generation_after_the_other() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            using var tests = new ResumeTests();
            tests.AssertGrowsAsync(seed).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    private async Task AssertGrowsAsync(int seed)
    {
        var random = new Random(seed);
        var (partitions, spread, generations) = (random.Next(1, 4), random.Next(1, 6), random.Next(2, 4));
        var archive = new TestArchive();
        var additions = new List<(TestArchive Archive, RestorePlan Plan)>();
        var ends = new long[partitions];
        var change = (RestoreOptions options) => options with
        {
            Mapping = new MappingOptions { Repartitioning = new Dictionary<string, Repartitioning> { ["t"] = new((PartitioningStrategy)(seed % 2), spread) } },
            Execution = new ExecutionOptions { MaxConcurrentLanes = random.Next(1, 4), CheckpointInterval = TimeSpan.FromMilliseconds(1) },
        };
        for (var generation = 0; generation < generations; generation++)
        {
            // Sources that do not grow every time.
            var addition = new TestArchive("addition");
            for (var partition = 0; partition < partitions; partition++)
            {
                var records = TestRecords.Ordinary(generation == 0 ? random.Next(1, 150) : random.Next(3) * 40, ends[partition]);
                ends[partition] += records.Count;
                var each = random.Next(1, 30);
                archive.AddSegments("t", partition, records, each);
                addition.AddSegments("t", partition, records, each);
            }

            await archive.WriteManifestAsync();
            additions.Add((addition, generation == 0 || addition.HasSegments ? addition.Plan(change) : null!));
            if (generation < generations - 1 || random.Next(2) == 0)
            {
                await KillAsync(archive, random.Next(0, 120), change: change, save: random.Next(2) == 0);
            }
        }

        var (report, job) = await RunAsync(archive, change);
        Assert.True(report is null || report.Status == RestoreStatus.Done, $"seed {seed}: {string.Join(" | ", report?.Errors ?? [])}");
        Assert.Equal(JobStatus.Done, job.Stored.Summary.Status);
        for (var partition = 0; partition < spread; partition++)
        {
            var expected = new List<RecordData>();
            foreach (var (addition, plan) in additions.Where(addition => addition.Plan is not null))
            {
                expected.AddRange(await Streams.ReadAsync(Streams.Open(addition.Storage, plan, plan.Lanes.Single(lane => lane.Target.Partition == partition), new(64 << 20))));
            }

            RecordComparison.AssertEqual(expected, Log("t", partition), $"seed {seed}: t/{partition}", offsets: false);
        }
    }

    /// <summary>Every source offset, from before the first to behind the last, against a search through everything.</summary>
    private static async Task AssertMapsAsync(JobState job, LanePlan lane, IReadOnlyList<RecordData> expected, IReadOnlyList<ConsumedRecord> log, int seed)
    {
        var stored = job.Stored.Lanes.Single(candidate => candidate.Target == lane.Target);
        var checkpoint = job.Stored.ReadLane(stored.Number)!;
        Assert.Equal(LaneState.Done, checkpoint.State);
        var passed = 0;
        for (var source = 0; source < lane.Sources.Count; source++)
        {
            var kept = (int)checkpoint.Sources[source].Records;
            var pairs = expected.Skip(passed).Take(kept).Zip(log.Skip(passed), (record, found) => (Source: record.Offset, Target: found.Offset)).ToList();
            passed += kept;
            var state = new OffsetMapState(checkpoint.Sources[source].MapChunks, checkpoint.Sources[source].MapTail);
            var map = await OffsetMap.OpenAsync(StoredLane.ChunksOf(job.Stored, stored.Number, source), state, null, CancellationToken.None);
            for (long offset = 0; offset <= (pairs.Count == 0 ? 0 : pairs[^1].Source) + 10; offset++)
            {
                var next = pairs.FindIndex(pair => pair.Source >= offset);
                var answer = await map.TranslateAsync(offset, CancellationToken.None);
                if (pairs.Count > 0)
                {
                    var right = next < 0 ? pairs[^1].Target + 1 : pairs[next].Target;
                    Assert.True(right == answer.TargetOffset, $"seed {seed}: {lane.Sources[source]} offset {offset} is {right}, the map says {answer.TargetOffset}");
                }
            }
        }

        Assert.Equal(expected.Count, passed);
    }

    /// <summary>A run that dies after some records: what it had saved by then is all that is left of it. True when it was done before that.</summary>
    private async Task<bool> KillAsync(
        TestArchive archive, int afterRecords, TargetPartition? onlyIn = null, Func<RestoreOptions, RestoreOptions>? change = null, bool save = false)
    {
        var options = (change ?? (static same => same))(Options(archive));
        var written = 0;
        var dead = new TaskCompletionSource();
        var gate = new Lock();
        Sinks.BeforeAppend = (target, _) =>
        {
            lock (gate)
            {
                if (!dead.Task.IsCompleted && (onlyIn is null || target == onlyIn) && written++ >= afterRecords)
                {
                    if (!save)
                    {
                        _stage.Remember();
                    }

                    dead.SetResult();
                }

                if (dead.Task.IsCompleted)
                {
                    throw new RestoreException(ErrorCodes.Stopped, "killed", target.ToString());
                }
            }
        };
        var (report, job) = await RunAsync(archive, _ => options);
        job.Dispose();
        Sinks.BeforeAppend = null;
        if (!dead.Task.IsCompleted)
        {
            return true;
        }

        if (save)
        {
            _stage.Remember();
        }

        Assert.NotEqual(RestoreStatus.Done, report?.Status);
        _stage.Forget();
        return false;
    }

    private async Task<(RestoreReport? Report, JobState State)> RunAsync(TestArchive archive, Func<RestoreOptions, RestoreOptions>? change = null)
    {
        var run = await _stage.RunAsync(archive, change);
        return (run.Report, run.State);
    }

    private RestoreOptions Options(TestArchive archive) => _stage.Options(archive);

    private RestoreJob Job(TestArchive archive, RestoreOptions options) => _stage.Job(options, archive.Storage);

    private List<RecordData> Log(string topic, int partition) => _stage.Log(topic, partition);
}
