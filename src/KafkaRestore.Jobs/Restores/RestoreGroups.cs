using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.Running;
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
    private readonly Workers? _workers;
    private GroupsPlace? _place;
    private GroupRestore? _course;

    private RestoreGroups(RestoreConfiguration configuration, IArchiveStorage storage, JobContext context, Workers? workers)
    {
        _configuration = configuration;
        _storage = storage;
        _context = context;
        _workers = workers;
        _target = GroupDoor.Open(configuration.Options.Target, context);
    }

    /// <summary>Null where nothing is asked for groups.</summary>
    /// <exception cref="Records.Errors.RestoreException">CONFIG_NOT_SUPPORTED: groups cannot be reached with these settings.</exception>
    public static RestoreGroups? Of(RestoreConfiguration configuration, IArchiveStorage storage, JobContext context, Workers? workers = null) =>
        configuration.Groups.IsAsked ? new RestoreGroups(configuration, storage, context, workers) : null;

    /// <summary>Looks at the groups, and adds what is found to a preflight.</summary>
    /// <param name="preflight">The preflight.</param>
    /// <param name="plan">What is restored.</param>
    /// <param name="place">Where the course keeps what it does; null for a dry run.</param>
    /// <param name="stop">Ends the looking.</param>
    public Task<PreflightResult> ExtendAsync(PreflightResult preflight, RestorePlan plan, GroupsPlace? place, CancellationToken stop)
    {
        _place = place;
        _course = new GroupRestore(
            _configuration.Groups,
            _configuration.Options.Target.BootstrapServers,
            _target,
            ReadSourcesAsync,
            TranslateAsync,
            place is not null && _workers?.Groups is { } elsewhere ? elsewhere(place, _target, _context.Log.Message) : CommitsHere(place),
            place?.OpenJournal,
            _context.Time)
        {
            Say = _context.Log.Message,
            WritePlan = PlanFolder is { } folder ? plan => PlanFolderFiles.WriteAsync(folder, plan, CancellationToken.None) : null,
        };
        return _course.ExtendAsync(preflight, plan, stop);
    }

    /// <summary>Resets groups beside a run.</summary>
    public async Task<RestoreReport> FollowAsync(Task<RestoreReport> run, RestorePlan plan, RestoreProgress progress, CancellationToken stop)
    {
        var groups = _course!.FollowAsync(StatusAsync(run), plan, progress, stop);
        var report = await run.ConfigureAwait(false);
        return With(report, await groups.ConfigureAwait(false));

        static async Task<RestoreStatus> StatusAsync(Task<RestoreReport> run) => (await run.ConfigureAwait(false)).Status;
    }

    /// <summary>Looks at the groups of a restore that is finished.</summary>
    public async Task<PreflightResult> LookAsync(RestorePlan plan, GroupsPlace? place, CancellationToken stop) =>
        await ExtendAsync(new PreflightResult { Findings = [], Cluster = await _target.ConnectAsync(stop).ConfigureAwait(false) }, plan, place, stop).ConfigureAwait(false);

    /// <summary>Resets what of a finished restore is left to be reset; null when something speaks against it, which has been said.</summary>
    public async Task<ConsumerGroupsReport?> FinishAsync(RestorePlan plan, GroupsPlace place, CancellationToken stop)
    {
        var looked = await LookAsync(plan, place, stop).ConfigureAwait(false);
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

        return looked.Passed ? await _course!.FinishAsync(plan, stop).ConfigureAwait(false) : null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _target.DisposeAsync();

    private GroupCommits CommitsHere(GroupsPlace? place) =>
        new(_target, _configuration.Options.Target.BootstrapServers, _configuration.Groups, place is null ? null : GroupsPlace.OpenSnapshots(place.Files, place.SnapshotFolder), _context.Time) { Say = _context.Log.Message };

    private string? PlanFolder => _configuration.Groups.PlanFolder ?? (_configuration.Groups.Commits ? null : _place?.FolderOf("groups"));

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
            var maps = JobMaps.Read(_place!.Restore!);
            return new TranslationLease(new MapTranslation(maps, routes: TopicRoutes.Of(plan, _configuration.Options.Mapping)), maps);
        }

        var (translation, made) = await TranslationOpener.OpenAsync(
            _configuration.Groups.Strategy == GroupStrategy.TimestampBased ? "timestamp-based" : "cluster-scan", _configuration.Options, _storage, _target, _context, stop).ConfigureAwait(false);
        return new TranslationLease(translation, made);
    }
}
