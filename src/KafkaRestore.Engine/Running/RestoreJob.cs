using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Preparation;
using KafkaRestore.Engine.Preparation.Journal;
using KafkaRestore.Engine.Preparation.Planning;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.Times;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Probing;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Kafka.Settings;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Running;

/// <summary>
/// One restore in this process, from manifest to report: read the archive's manifest, plan, check everything, write, check the target's log ends,
/// report.
/// </summary>
public sealed class RestoreJob : IDisposable
{
    private readonly RestoreOptions _options;
    private readonly IArchiveStorage _storage;
    private readonly ITargetCluster _cluster;
    private readonly IRecordSinkFactory _sinks;
    private readonly TimeProvider _time;
    private readonly Func<CancellationToken, Task<ITargetReader>>? _reader;
    private readonly ITargetProbe? _probe;
    private readonly Func<CancellationToken, Task<TopicSettingsDoor>>? _settings;
    private readonly Func<LaneRun, ILaneExecution>? _lanes;
    private RestoreException? _unreached;

    /// <inheritdoc/>
    public void Dispose() => State?.Dispose();

    /// <summary>Prepares a job; storage, cluster and sinks stay the caller's to dispose.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="storage">Where the archive is.</param>
    /// <param name="cluster">The target.</param>
    /// <param name="sinks">Opens the lanes' sinks.</param>
    /// <param name="time">The clock.</param>
    /// <param name="reader">Opens a reader of the target, for lanes that go on; null: the best that the target allows. The job disposes it.</param>
    /// <param name="probe">Asks the target what the checks want to know beyond that; null: nobody does. It stays the caller's to dispose.</param>
    /// <param name="settings">Opens the door to the target's topic settings; null: they are left alone, and topics are created with the brokers' defaults.</param>
    /// <param name="lanes">Carries the lanes of a run out; null: this process does.</param>
    public RestoreJob(
        RestoreOptions options,
        IArchiveStorage storage,
        ITargetCluster cluster,
        IRecordSinkFactory sinks,
        TimeProvider? time = null,
        Func<CancellationToken, Task<ITargetReader>>? reader = null,
        ITargetProbe? probe = null,
        Func<CancellationToken, Task<TopicSettingsDoor>>? settings = null,
        Func<LaneRun, ILaneExecution>? lanes = null)
    {
        _lanes = lanes;
        _settings = settings;
        _reader = reader;
        _probe = probe;
        _options = options;
        _storage = storage;
        _cluster = cluster;
        _sinks = sinks;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Reads the manifest and makes the plan.</summary>
    /// <exception cref="RestoreException">The archive cannot be read, or nothing sensible is selected.</exception>
    public async Task<RestorePlan> PlanAsync(CancellationToken cancellationToken)
    {
        var manifest = await ManifestReader.ReadAsync(_storage, _options.BackupId, cancellationToken).ConfigureAwait(false);
        return PlanBuilder.Build(manifest, _options, TimeIndex.ForJob(_options, manifest, _storage.Properties, _time));
    }

    /// <summary>The state of the job, once <see cref="OpenAsync"/> has opened it; null where none is kept.</summary>
    public JobState? State { get; private set; }

    /// <summary>
    /// Opens the durable state of the job that means the same as this run, or begins it, and locks it; does nothing where no state is kept. Gives the plan as the job
    /// has numbered it; use that from then on.
    /// </summary>
    /// <exception cref="RestoreException">TARGET_UNREACHABLE, TARGET_DENIED; JOB_LOCKED, JOB_DIFFERS, STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public async Task<RestorePlan> OpenAsync(RestorePlan plan, CancellationToken cancellationToken)
    {
        if (_options.State is null)
        {
            return plan;
        }

        var cluster = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        State = JobState.Open(_options, plan, _storage.Properties, cluster.ClusterId, _time);
        return State.Order(plan);
    }

    /// <summary>A target that cannot be reached is waited for once: <see cref="CheckAsync"/> lists the same failure with all else that is wrong.</summary>
    private async Task<ClusterDescription> ConnectAsync(CancellationToken cancellationToken)
    {
        _unreached = null;
        try
        {
            return await _cluster.ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RestoreException failure) when (failure.Code == ErrorCodes.TargetUnreachable || failure.Code == ErrorCodes.TargetDenied)
        {
            _unreached = failure;
            throw;
        }
    }

    /// <summary>Hears of every step of preparing the target and of putting its settings back.</summary>
    internal Action<PreparationStep> AfterStep { get; set; } = static _ => { };

    /// <summary>Checks the plan against storage and target, and plans what is done to the target's topics; changes nothing.</summary>
    public async Task<PreflightResult> CheckAsync(RestorePlan plan, CancellationToken cancellationToken, PreflightDepth? depth = null)
    {
        var preflight = await PreflightAsync().ConfigureAwait(false);
        if (_lanes is not null && preflight.Findings.Any(static finding => finding.Code == ErrorCodes.TargetNotEmpty) && State?.LookAgain() == true)
        {
            // Lanes of a coordinator that is gone have begun meanwhile, and are the job's own.
            preflight = await PreflightAsync().ConfigureAwait(false);
        }

        if (preflight.Cluster is not { } cluster)
        {
            return preflight;
        }

        preflight = await Purge.ExtendAsync(preflight, plan, _options.Preparation, State?.Begun.Count > 0, _cluster, cancellationToken).ConfigureAwait(false);
        if (_settings is null)
        {
            return preflight;
        }

        var journal = State is { } state ? SettingsJournal.Read(state.Stored.Location).For(state.Stored.Run)
            : _options.State is null ? JournalContent.Empty
            : SettingsJournal.Read(JobState.LocationOf(_options, plan, _storage.Properties, cluster.ClusterId)).For(JournalContent.NoRun);
        return await new PreparationPlanner(plan, _options.Preparation, _time).ExtendAsync(preflight, journal, _settings, cancellationToken).ConfigureAwait(false);

        Task<PreflightResult> PreflightAsync() =>
            new PreflightCheck(plan, _options, _storage, _cluster, _time, State?.Begun, Needed(plan), _probe, depth, _unreached).RunAsync(cancellationToken);
    }

    /// <summary>
    /// Puts back what this job has set aside of topics' settings, if anything; for a job that is done. May be done any number of times.
    /// </summary>
    /// <exception cref="RestoreException">TARGET_UNREACHABLE, TARGET_DENIED, TARGET_SETTINGS; STATE_CORRUPT, STATE_UNWRITABLE.</exception>
    public Task<PutBackOutcome> PutBackAsync(CancellationToken cancellationToken) => State is { } state && _settings is { } open
        ? new SettingsReturn(_cluster, open, JournalOf(state)) { After = AfterStep }.RunAsync(cancellationToken)
        : Task.FromResult(PutBackOutcome.Nothing);

    private static SettingsJournal JournalOf(JobState state) => new(state.Stored.Files, state.Stored.Location);

    private TargetPreparer? PreparerOf(PreflightResult preflight) => preflight.Preparation is { } preparation && _settings is { } open
        ? new TargetPreparer(preparation, _cluster, open, State is null ? null : JournalOf(State), State?.Stored.Run ?? JournalContent.NoRun) { After = AfterStep }
        : null;

    private NeededSegments Needed(RestorePlan plan) =>
        State is { Begun.Count: > 0 } begun ? NeededSegments.Ahead(plan, _options, begun.Ahead(plan)) : NeededSegments.Of(plan, _options);

    /// <summary>The report of a run that is not begun because the check refused it.</summary>
    public RestoreReport Refuse(RestorePlan plan, PreflightResult preflight)
    {
        if (preflight.Passed)
        {
            throw new ArgumentException("the preflight has passed", nameof(preflight));
        }

        return ReportBuilder.Build(plan, preflight, new RestoreProgress(plan, _time), LogEndCheck.NotRun, null, sink: null, stopped: false, _time.GetUtcNow());
    }

    /// <summary>Carries the plan out: chooses the sink, then writes. Call with what <see cref="CheckAsync"/> found; it must have passed.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="preflight">What the check found.</param>
    /// <param name="progress">Is kept up to date while it runs.</param>
    /// <param name="stop">Stops the run within about a second; the report then says what was done.</param>
    /// <returns>The report; its status says whether all is done, failed in part, or was stopped.</returns>
    public async Task<RestoreReport> RunAsync(RestorePlan plan, PreflightResult preflight, RestoreProgress progress, CancellationToken stop)
    {
        if (!preflight.Passed)
        {
            throw new ArgumentException("the preflight has not passed", nameof(preflight));
        }

        RestoreException? refused = null;
        SinkDescription? sink = null;
        try
        {
            State?.Recall(progress, preflight.ExistingTopics);
            await _sinks.PrepareAsync(stop).ConfigureAwait(false);
            sink = _sinks.Description;
            await new RestoreRun(plan, _options, _storage, _cluster, _sinks, progress, State, _reader, PreparerOf(preflight), _lanes, _time).RunAsync(preflight, Needed(plan).Later, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped before the first record; the lanes say that they never began.
        }
        catch (RestoreException failure)
        {
            refused = failure;
        }

        plan.Times?.Save();
        var ends = refused is null && !stop.IsCancellationRequested ? await LogEndCheck.RunAsync(_cluster, progress, _options.State?.AcceptEmptiedTarget ?? false).ConfigureAwait(false) : LogEndCheck.NotRun;
        try
        {
            State?.End(progress, stop.IsCancellationRequested || refused is not null, ends.Failures.Keys);
        }
        catch (RestoreException unsaved)
        {
            // Each lane's own checkpoint was written, or its lane has failed.
            ends = ends with { Warnings = [.. ends.Warnings, unsaved.Describe()] };
        }

        var report = ReportBuilder.Build(plan, preflight, progress, ends, refused, sink, stop.IsCancellationRequested && progress.Lanes.Any(lane => lane.State != LaneState.Done), _time.GetUtcNow());
        return preflight.Preparation is { } preparation ? await EndPreparationAsync(report, preparation).ConfigureAwait(false) : report;
    }

    /// <summary>Puts settings back where everything is restored, and says what was done to the target's topics.</summary>
    private async Task<RestoreReport> EndPreparationAsync(RestoreReport report, TargetPreparation preparation)
    {
        if (State is not { } state)
        {
            return report with { Preparation = PreparationReport.Of(preparation, [], null, report.TopicsRestored, _options.Target.BootstrapServers) };
        }

        IReadOnlyList<JournaledTopic> pending = [];
        PutBackOutcome? outcome = null;
        IReadOnlyList<string> errors = [];
        try
        {
            pending = [.. JournalOf(state).Content.Pending];
            if (state.Stored.Summary.Status == JobStatus.Done && _options.Preparation.PutBack == SettingsPutBack.AtEnd)
            {
                AfterStep(PreparationStep.Restored);
                outcome = await PutBackAsync(CancellationToken.None).ConfigureAwait(false);
                errors = [.. outcome.Failures.Values.Select(static failure => failure.Describe())];
            }
        }
        catch (RestoreException failure)
        {
            errors = [failure.Describe()];
        }

        return report with
        {
            Preparation = PreparationReport.Of(preparation, pending, outcome, report.TopicsRestored, _options.Target.BootstrapServers),
            Status = errors.Count > 0 && report.Status == RestoreStatus.Done ? RestoreStatus.Partial : report.Status,
            Errors = [.. report.Errors, .. errors],
        };
    }
}
