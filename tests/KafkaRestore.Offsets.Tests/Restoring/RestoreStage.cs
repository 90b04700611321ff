using System.Threading.Channels;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.OffsetMaps.Translation;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Identity;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Restoring;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Offsets.Translation;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Restoring;

/// <summary>A restore of the topics a and b, one partition each, of which only the lanes' ends and the groups are real: every offset leads to itself.</summary>
internal sealed class RestoreStage : IGroupTranslation, IGroupCommits, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-groups-");
    private readonly Channel<string> _commits = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource<RestoreStatus> _run = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RestorePlan _plan = PlanAsync().GetAwaiter().GetResult();
    private RestoreProgress _progress;
    private StoredJob _job;

    public RestoreStage()
    {
        _progress = new RestoreProgress(_plan, TimeProvider.System);
        _job = Open();
        foreach (var partition in (TargetPartition[])[new("a", 0), new("b", 0), new("a", 5)])
        {
            Target.Ranges[partition] = new PartitionRange(0, 10);
        }
    }

    public InMemoryGroups Target { get; } = new();

    public GroupRestoreOptions Options { get; set; } = new() { All = true };

    public SourceGroups Sources { get; set; } = Support.Maps.From();

    public RestoreException? SourceFailure { get; set; }

    public RestoreException? PlanFailure { get; set; }

    public HashSet<string> Failing { get; } = [];

    public bool DieBeforeCommit { get; set; }

    public string Strategy => "map";

    public string? SnapshotPath => null;

    public IReadOnlyList<string> Snapshots => [];

    public long? Committed(string group, string topic, int partition) => Target.Committed.GetValueOrDefault(group)?.GetValueOrDefault(new TargetPartition(topic, partition)).Offset;

    public Task<PreflightResult> CheckAsync() => Restore().ExtendAsync(Preflight(), _plan, default);

    /// <summary>Looks at the groups and follows the run.</summary>
    public async Task<Task<ConsumerGroupsReport>> BeginAsync(bool check = true)
    {
        var restore = Restore();
        var preflight = await restore.ExtendAsync(Preflight(), _plan, default);
        Assert.True(!check || preflight.Passed, string.Join(" | ", preflight.Findings.Select(finding => finding.Describe())));
        return restore.FollowAsync(_run.Task, _plan, _progress, default);
    }

    /// <summary>The same for a run that ends at once.</summary>
    public async Task<ConsumerGroupsReport> RunAsync(bool check)
    {
        Done("a");
        Done("b");
        EndRun(RestoreStatus.Done);
        return await await BeginAsync(check);
    }

    public Task<ConsumerGroupsReport> RunAsync() => RunAsync(check: true);

    /// <summary>What the next run of a finished job does.</summary>
    public async Task<ConsumerGroupsReport> FinishAsync()
    {
        var restore = Restore();
        await restore.ExtendAsync(Preflight(), _plan, default);
        return await restore.FinishAsync(_plan, default);
    }

    public void Done(string topic) => _progress.Lanes.Single(lane => lane.Lane.Target.Topic == topic).End(LaneState.Done);

    public void EndRun(RestoreStatus status) => _run.TrySetResult(status);

    /// <summary>The group that is committed next; it fails when nothing is for a minute.</summary>
    public async Task<string> NextCommitAsync() => await _commits.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Another process takes the job over.</summary>
    public void Restart()
    {
        _job.Dispose();
        _job = Open();
        _progress = new RestoreProgress(_plan, TimeProvider.System);
    }

    public Task<IReadOnlyList<TranslatedGroup>> TranslateAsync(IReadOnlyList<SourceGroup> groups, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TranslatedGroup>>(
        [.. groups.Select(group => new TranslatedGroup(group.Group, [.. group.Offsets.Select(commit => new TranslatedOffset
        {
            Target = new TargetPartition(commit.Partition.Topic, commit.Partition.Partition),
            Offset = commit.Offset,
            Label = TranslationLabel.Exact,
            From = [commit],
        })], []))]);

    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> CommitAsync(IReadOnlyList<GroupOffsets> groups, CancellationToken cancellationToken)
    {
        if (DieBeforeCommit)
        {
            throw new InvalidOperationException("killed");
        }

        await Target.CommitAsync([.. groups.Where(group => !Failing.Contains(group.Group))], 1, TimeSpan.FromSeconds(1), cancellationToken);
        var failures = groups.Where(group => Failing.Contains(group.Group)).ToDictionary(group => group.Group, _ => (IReadOnlyList<string>)["the broker says no"]);
        foreach (var group in groups)
        {
            _commits.Writer.TryWrite(group.Group);
        }

        return failures;
    }

    public void Dispose()
    {
        _job.Dispose();
        _directory.Delete(recursive: true);
    }

    private GroupRestore Restore() => new(
        Options,
        ["a:1"],
        Target,
        _ => SourceFailure is { } failure ? Task.FromException<SourceGroups>(failure) : Task.FromResult(Sources),
        (_, _) => Task.FromResult(new TranslationLease(this)),
        this,
        () => GroupJournal.Of(_job),
        TimeProvider.System)
    {
        WritePlan = Options.Commits ? null : _ => PlanFailure is { } failure ? Task.FromException<(string, string)>(failure) : Task.FromResult(("plan.json", "reset.sh")),
    };

    private static PreflightResult Preflight() => new() { Findings = [], Cluster = new ClusterDescription("c", 1) };

    private StoredJob Open() => new JobStore().OpenOrCreate(new JobRequest
    {
        Location = JobLocation.InDirectory(_directory.FullName, "job"),
        Identity = JobIdentity.Of(RestoreOptions(), _plan, new InMemoryStorage().Properties, "c"),
        Plan = _plan,
    });

    private static async Task<RestorePlan> PlanAsync()
    {
        var storage = new InMemoryStorage();
        var archive = new ArchiveBuilder();
        foreach (var topic in (string[])["a", "b"])
        {
            archive.Segment(topic, 0, SegmentCompression.None, [new RecordData(0, 1, null, [1], [])]);
        }

        return PlanBuilder.Build(await archive.WriteAsync(storage), RestoreOptions());
    }

    private static RestoreOptions RestoreOptions() => new()
    {
        BackupId = "sample",
        Storage = new FileSystemStorageOptions { Path = "/" },
        Target = new KafkaConnectionOptions { BootstrapServers = ["a:1"] },
    };
}
