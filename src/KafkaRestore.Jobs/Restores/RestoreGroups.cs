using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
using KafkaRestore.Engine.State;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Restoring;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Offsets.Translation;

namespace KafkaRestore.Jobs.Restores;

/// <summary>The consumer groups of one restore: opens what the course of them needs, and closes it.</summary>
internal sealed class RestoreGroups : IAsyncDisposable
{
    private readonly RestoreConfiguration _configuration;
    private readonly IArchiveStorage _storage;
    private readonly JobContext _context;
    private readonly IConsumerGroups _target;
    private StoredJob? _job;
    private GroupRestore? _course;

    private RestoreGroups(RestoreConfiguration configuration, IArchiveStorage storage, JobContext context)
    {
        _configuration = configuration;
        _storage = storage;
        _context = context;
        _target = GroupDoor.Open(configuration.Options.Target, context);
    }

    /// <summary>Null where nothing is asked for groups.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_NOT_SUPPORTED: groups cannot be reached with these settings.</exception>
    public static RestoreGroups? Of(RestoreConfiguration configuration, IArchiveStorage storage, JobContext context) =>
        configuration.Groups.IsAsked ? new RestoreGroups(configuration, storage, context) : null;

    /// <summary>Looks at the groups, and adds what is found to a preflight.</summary>
    /// <param name="preflight">The preflight.</param>
    /// <param name="plan">What is restored.</param>
    /// <param name="job">The job's state; null for a dry run.</param>
    /// <param name="stop">Ends the looking.</param>
    public Task<PreflightResult> ExtendAsync(PreflightResult preflight, RestorePlan plan, StoredJob? job, CancellationToken stop)
    {
        _job = job;
        _course = new GroupRestore(
            _configuration.Groups,
            _configuration.Options.Target.BootstrapServers,
            _target,
            ReadSourcesAsync,
            TranslateAsync,
            new GroupCommits(_target, _configuration.Options.Target.BootstrapServers, _configuration.Groups, job is null ? null : SnapshotsOf(job), _context.Time) { Say = _context.Log.Message },
            _context.Time)
        {
            Say = _context.Log.Message,
            WritePlan = PlanFolder is { } folder ? plan => PlanFolderFiles.WriteAsync(folder, plan, CancellationToken.None) : null,
        };
        return _course.ExtendAsync(preflight, plan, job, stop);
    }

    /// <summary>Resets groups beside a run.</summary>
    public async Task<RestoreReport> FollowAsync(Task<RestoreReport> run, RestorePlan plan, RestoreProgress progress, CancellationToken stop)
    {
        var groups = _course!.FollowAsync(StatusAsync(run), plan, progress, _job!, stop);
        var report = await run.ConfigureAwait(false);
        return With(report, await groups.ConfigureAwait(false));

        static async Task<RestoreStatus> StatusAsync(Task<RestoreReport> run) => (await run.ConfigureAwait(false)).Status;
    }

    /// <summary>Resets what a job that is finished has left to be reset; null when something speaks against it, which has been said.</summary>
    public async Task<ConsumerGroupsReport?> FinishAsync(RestorePlan plan, StoredJob job, CancellationToken stop)
    {
        var looked = await ExtendAsync(new PreflightResult { Findings = [], Cluster = await _target.ConnectAsync(stop).ConfigureAwait(false) }, plan, job, stop).ConfigureAwait(false);
        foreach (var finding in looked.Findings.Where(static finding => finding.Severity != Severity.Info))
        {
            if (finding.Severity == Severity.Error)
            {
                _context.Log.Error(finding.Describe());
            }
            else
            {
                _context.Log.Warning(finding.Describe());
            }
        }

        return looked.Passed ? await _course!.FinishAsync(plan, job, stop).ConfigureAwait(false) : null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _target.DisposeAsync();

    private static IArchiveStorage SnapshotsOf(StoredJob job)
    {
        var folder = job.FolderOf(GroupCommits.Part);
        return job.Location.IsOnThisMachine ? StorageFactory.Open(new FileSystemStorageOptions { Path = folder }) : new StateFolder(job.Location.Files, folder);
    }

    private string? PlanFolder => _configuration.Groups.PlanFolder ?? (_configuration.Groups.Commits ? null : _job?.FolderOf("groups"));

    private static RestoreReport With(RestoreReport report, ConsumerGroupsReport groups) => report with
    {
        ConsumerGroups = groups with { RecordsComplete = report.Status == RestoreStatus.Done },
        Status = report.Status == RestoreStatus.Done && !groups.IsDone ? RestoreStatus.Partial : report.Status,
        Errors = [.. report.Errors, .. groups.Groups.Where(group => report.Status == RestoreStatus.Done && group.State is not (ConsumerGroupState.Reset or ConsumerGroupState.ResetBefore or ConsumerGroupState.Planned))
            .Select(static group => $"the consumer group {group.Group} is not reset: {string.Join("; ", group.Errors.Take(3))}")],
    };

    private Task<SourceGroups> ReadSourcesAsync(CancellationToken stop) => _configuration.Groups.OffsetsFrom is { } named
        ? GroupOrigin.ReadAsync(named, _configuration.Groups.Selection, _configuration.Options.Target, _context, stop)
        : GroupSourceReader.ReadArchiveAsync(_storage, _configuration.Options.BackupId, cancellationToken: stop);

    private async Task<TranslationLease> TranslateAsync(RestorePlan plan, CancellationToken stop)
    {
        if (_configuration.Groups.Strategy is GroupStrategy.Map or GroupStrategy.Manual)
        {
            var maps = JobMaps.Read(_job!.Location);
            return new TranslationLease(new MapTranslation(maps, routes: TopicRoutes.Of(plan, _configuration.Options.Mapping)), maps);
        }

        var (translation, made) = await TranslationOpener.OpenAsync(
            _configuration.Groups.Strategy == GroupStrategy.TimestampBased ? "timestamp-based" : "cluster-scan", _configuration.Options, _storage, _target, _context, stop).ConfigureAwait(false);
        return new TranslationLease(translation, made);
    }
}
