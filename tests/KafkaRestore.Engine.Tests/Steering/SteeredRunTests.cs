using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Steering;

/// <summary>A whole run whose limits are changed by what another process would do.</summary>
public sealed class SteeredRunTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-steering-");
    private readonly InMemorySinkFactory _sinks = new();
    private readonly FakeCluster _cluster;

    public SteeredRunTests() => _cluster = new FakeCluster(_sinks);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_run_that_would_take_hours_is_let_loose_and_says_so_in_its_report()
    {
        var archive = await ArchiveAsync(partitions: 3);
        var (running, progress) = await StartAsync(archive, new ExecutionOptions { RecordsPerSecond = 1, MaxConcurrentLanes = 1 });
        Assert.Equal(1, (await Find().ReadLimitsAsync(CancellationToken.None)).RecordsPerSecond);

        await Find().ChangeLimitsAsync(new LimitsRequest { RecordsPerSecond = new RateRequest(null), MaxConcurrentPartitions = 3 }, CancellationToken.None);

        var report = await running.WaitAsync(s_patience);
        Assert.Equal((RestoreStatus.Done, 3_000), (report.Status, report.RecordsRestored));
        Assert.Equal(
            [("restore.rate_limit_records_per_sec", 1, null), ("restore.max_concurrent_partitions", 1L, 3L)],
            report.LimitChanges.Select(change => (change.Limit, change.From, change.To)));
        Assert.Equal(report.LimitChanges, progress.Steering.Changes);
        for (var partition = 0; partition < 3; partition++)
        {
            RecordComparison.AssertEqual(TestRecords.Ordinary(1_000), [.. _sinks.Log(new TargetPartition("t", partition)).Select(record => new RecordData(record.Offset, record.Timestamp, record.Key, record.Value, record.Headers))], $"t/{partition}", offsets: false);
        }
    }

    [Fact]
    public async Task A_run_takes_more_lanes_at_once_when_it_is_told_to()
    {
        var archive = await ArchiveAsync(partitions: 4);
        var begun = new HashSet<TargetPartition>();
        var gate = new Lock();
        using var full = new ManualResetEventSlim();
        _sinks.BeforeAppend = (target, _) =>
        {
            lock (gate)
            {
                begun.Add(target);
                if (begun.Count == 4)
                {
                    full.Set();
                }
            }

            Assert.True(full.Wait(s_patience), $"only {begun.Count} lanes run at once");
        };
        var (running, progress) = await StartAsync(archive, new ExecutionOptions { MaxConcurrentLanes = 1 });

        await Find().ChangeLimitsAsync(new LimitsRequest { MaxConcurrentPartitions = 4 }, CancellationToken.None);

        var report = await running.WaitAsync(s_patience);
        Assert.Equal((RestoreStatus.Done, 4), (report.Status, progress.Lanes.Count(lane => lane.State == LaneState.Done)));
    }

    [Fact]
    public async Task More_lanes_than_the_memory_allows_are_refused_and_the_run_goes_on_as_before()
    {
        var archive = await ArchiveAsync(partitions: 40);
        var (running, _) = await StartAsync(archive, new ExecutionOptions { RecordsPerSecond = 1, MaxConcurrentLanes = 2, MemoryBudgetBytes = 16 << 20 });

        var failure = await Assert.ThrowsAsync<RestoreException>(() => Find().ChangeLimitsAsync(new LimitsRequest { MaxConcurrentPartitions = 40 }, CancellationToken.None));

        Assert.Equal(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.Equal(2, (await Find().ReadLimitsAsync(CancellationToken.None)).MaxConcurrentPartitions);
        await Find().ChangeLimitsAsync(new LimitsRequest { RecordsPerSecond = new RateRequest(null) }, CancellationToken.None);
        var report = await running.WaitAsync(s_patience);
        Assert.Equal(RestoreStatus.Done, report.Status);
        Assert.Contains(report.Warnings, warning => warning.Contains("a change of the limits was refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_its_end_a_run_leaves_nothing_that_the_next_one_would_obey()
    {
        var archive = await ArchiveAsync(partitions: 1);
        var (running, _) = await StartAsync(archive, new ExecutionOptions());
        await running.WaitAsync(s_patience);

        Assert.Empty(Directory.EnumerateFiles(_directory.FullName, "control.json", SearchOption.AllDirectories));
        Assert.Equal(ErrorCodes.JobNotRunning, Assert.Throws<RestoreException>(() => Find()).Code);
    }

    private static async Task<TestArchive> ArchiveAsync(int partitions)
    {
        var archive = new TestArchive();
        for (var partition = 0; partition < partitions; partition++)
        {
            archive.AddSegments("t", partition, TestRecords.Ordinary(1_000), 200);
        }

        return await archive.WriteManifestAsync();
    }

    private JobLocation Location => JobLocation.AtFile(Path.Combine(_directory.FullName, "job.json"));

    private RunningJob Find() => RunningJob.Find(Location);

    private async Task<(Task<RestoreReport> Running, RestoreProgress Progress)> StartAsync(TestArchive archive, ExecutionOptions execution)
    {
        var options = archive.Options() with
        {
            Preparation = new PreparationOptions { CreateTopics = true },
            Execution = execution,
            State = new StateOptions { CheckpointFile = Location.SummaryFile },
        };
        var job = new RestoreJob(options, archive.Storage, _cluster, _sinks);
        var plan = await job.OpenAsync(await job.PlanAsync(CancellationToken.None), CancellationToken.None);
        var preflight = await job.CheckAsync(plan, CancellationToken.None);
        var progress = new RestoreProgress(plan, TimeProvider.System);
        return (RunAsync(), progress);

        async Task<RestoreReport> RunAsync()
        {
            using (job)
            {
                return await Task.Run(() => job.RunAsync(plan, preflight, progress, CancellationToken.None));
            }
        }
    }
}
