using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Configuration;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Engine.State;
using KafkaRestore.Offsets.Restoring;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Resets;

/// <summary>
/// The course of an offset reset by itself: consumer groups are led to where a finished restore has put what they read; no record is written. What is done to a group is noted before it is done, so a
/// course that goes on sets none a second time.
/// </summary>
/// <param name="configuration">The configuration of the restore, which names the groups.</param>
/// <param name="context">Log and clock.</param>
/// <param name="workers">Who commits; null: this process does.</param>
internal sealed class OffsetResetFlow(RestoreConfiguration configuration, JobContext context, Workers? workers = null)
{
    private const string Part = "offset-resets";

    private static readonly Finding s_commits = new(
        Severity.Error, FindingKinds.GroupNothing, "a job that resets offsets commits them, and this strategy does not", "restore.consumer_group_strategy", "Leave it out, or make a plan with `kafka-restore offset-reset plan`.", ErrorCodes.ConfigInvalid);

    private static readonly Finding s_nothing = new(
        Severity.Error, FindingKinds.GroupNothing, "the configuration asks for no consumer group to be reset", "restore.reset_consumer_offsets", "Name them in restore.consumer_groups and set restore.reset_consumer_offsets, or set restore.auto_consumer_groups.", ErrorCodes.NothingSelected);

    /// <summary>Looks at everything that speaks against it; changes nothing.</summary>
    /// <exception cref="RestoreException">Archive, state or target cannot be read.</exception>
    public async Task<IReadOnlyList<Finding>> CheckAsync(CancellationToken stop)
    {
        if (Refusal is { } refusal)
        {
            return [refusal];
        }

        var storage = StorageFactory.Open(configuration.Options.Storage);
        await using (storage.ConfigureAwait(false))
        {
            var groups = RestoreGroups.Of(configuration, storage, context)!;
            await using (groups.ConfigureAwait(false))
            {
                await FindRestoreAsync(stop).ConfigureAwait(false);
                return (await groups.LookAsync(await PlanAsync(storage, stop).ConfigureAwait(false), place: null, stop).ConfigureAwait(false)).Findings;
            }
        }
    }

    /// <summary>Runs it; one that was stopped goes on when it is run again under the same id.</summary>
    /// <param name="id">The job's id.</param>
    /// <param name="stop">Begins no further group.</param>
    /// <returns>What became of the groups; null when something speaks against it, which has been said.</returns>
    /// <exception cref="RestoreException">Archive, state or target cannot be read, or the state not be written; JOB_LOCKED.</exception>
    public async Task<ConsumerGroupsReport?> RunAsync(string id, CancellationToken stop)
    {
        if (Refusal is { } refusal)
        {
            context.Log.Error(refusal.Describe());
            return null;
        }

        var storage = StorageFactory.Open(configuration.Options.Storage);
        await using (storage.ConfigureAwait(false))
        {
            var groups = RestoreGroups.Of(configuration, storage, context, workers)!;
            await using (groups.ConfigureAwait(false))
            {
                var place = PlaceOf(id, await FindRestoreAsync(stop).ConfigureAwait(false));
                return await groups.FinishAsync(await PlanAsync(storage, stop).ConfigureAwait(false), place, stop).ConfigureAwait(false) is { } report
                    ? report with { RecordsComplete = true }
                    : null;
            }
        }
    }

    private Finding? Refusal => !configuration.Groups.IsAsked ? s_nothing : !configuration.Groups.Commits ? s_commits : null;

    private StateOptions State => configuration.Options.State!;

    private async Task<RestorePlan> PlanAsync(IArchiveStorage storage, CancellationToken stop) =>
        PlanBuilder.Build(await ManifestReader.ReadAsync(storage, configuration.Options.BackupId, stop).ConfigureAwait(false), configuration.Options);

    /// <summary>The restore whose map leads; null where no map is asked for.</summary>
    /// <exception cref="RestoreException">OFFSET_MAP_MISSING: there is none, or it is not finished.</exception>
    private async Task<JobLocation?> FindRestoreAsync(CancellationToken stop)
    {
        if (configuration.Groups.Strategy != GroupStrategy.Map)
        {
            return null;
        }

        var place = await JobPlace.FindAsync(configuration.Options, State, context.Log, stop).ConfigureAwait(false);
        return new JobStore(place.Files, context.Time).ReadSummary(place) switch
        {
            { Status: JobStatus.Done } => place,
            { Status: var status } => throw new RestoreException(
                ErrorCodes.OffsetMapMissing, $"the restore that this configuration means is {status.ToString().ToLowerInvariant()}, so its map does not lead everywhere yet", configuration.Options.BackupId, "Let it end first; or name restore.consumer_group_strategy: timestamp-based or cluster-scan."),
            null => throw new RestoreException(
                ErrorCodes.OffsetMapMissing, "this service has not carried out the restore that this configuration means, so it has no map of it", configuration.Options.BackupId,
                "Submit the configuration that was restored with; or name restore.consumer_group_strategy: timestamp-based or cluster-scan, which need no map."),
        };
    }

    private GroupsPlace PlaceOf(string id, JobLocation? restore)
    {
        var (files, folder) = (State.Files ?? StateDirectory.LocalFiles, Path.Combine(StateDirectory.Find(State.Directory), Part, id));
        try
        {
            files = files.Claim(Path.Combine(folder, "lock"), fromAnyone: false)
                ?? throw new RestoreException(ErrorCodes.JobLocked, "another process works on this job", folder);
            files.CreateDirectory(folder);
            return GroupsPlace.At(folder, files, restore);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.StateUnwritable, $"the state of the job cannot be written: {failure.Message}", folder, inner: failure);
        }
    }
}
