using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.State;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Offsets.Translation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Resets;

/// <summary>What a reset works from: the groups' source offsets and a translation, wherever they are.</summary>
internal sealed class ResetOrigin : IAsyncDisposable
{
    // Where programs that this one reads files of look for a map.
    private static readonly string[] ReportNames = ["restore-report.json", "offset-mapping.json"];

    private readonly ResetRequest _request;
    private readonly CommandContext _context;
    private readonly IArchiveStorage? _storage;
    private OffsetMapSet? _maps;

    public ResetOrigin(ResetRequest request, CommandContext context)
    {
        _request = request;
        _context = context;
        _storage = request.Options is { } options ? StorageFactory.Open(options.Storage) : null;
    }

    /// <summary>Opens the translation that is asked for. It is disposed with this.</summary>
    /// <exception cref="RestoreException">OFFSET_MAP_MISSING; or archive, state, report or target cannot be read.</exception>
    public async Task<IGroupTranslation> TranslateAsync(IConsumerGroups target, CancellationToken stop)
    {
        if (_request.Strategy != "map")
        {
            var options = _request.Options ?? throw new RestoreException(ErrorCodes.Usage, $"--strategy {_request.Strategy} needs the archive", hint: "Name it with --path and --backup-id, or --config.");
            var (translation, maps) = await TranslationOpener.OpenAsync(_request.Strategy, options, _storage!, target, _context, stop).ConfigureAwait(false);
            _maps = maps;
            return translation;
        }

        _maps = await FindMapsAsync(target, stop).ConfigureAwait(false);
        _context.Log.Info($"offset map of {_maps.Where}");
        if (_maps.IsEmpty)
        {
            throw new RestoreException(ErrorCodes.OffsetMapMissing, "the offset map holds no record", _maps.Where, "Was nothing restored yet? `kafka-restore offset-map show` shows what is in it.");
        }

        return new MapTranslation(_maps, routes: _request.Options is { } known ? TopicRoutes.Of(await PlanAsync(known, stop).ConfigureAwait(false), known.Mapping) : null);
    }

    private async Task<RestorePlan> PlanAsync(RestoreOptions options, CancellationToken stop) =>
        PlanBuilder.Build(await ManifestReader.ReadAsync(_storage!, options.BackupId, stop).ConfigureAwait(false), options);

    /// <summary>Reads the source offsets of the groups that are meant. Call it after <see cref="TranslateAsync"/>: a report may hold them.</summary>
    /// <exception cref="RestoreException">GROUP_NOT_FOUND, naming groups that are not there; GROUP_FILE_INVALID.</exception>
    public async Task<SourceGroups> ReadGroupsAsync(CancellationToken stop)
    {
        var sources = _request.OffsetsFrom is { } named ? await GroupOrigin.ReadAsync(named, _request.Groups, _request.Target, _context, stop).ConfigureAwait(false)
            : _maps is { About.Groups.Count: > 0 } ? Of(_maps)
            : await GroupSourceReader.ReadArchiveAsync(_storage!, _request.Archive!, cancellationToken: stop).ConfigureAwait(false);
        foreach (var warning in sources.Warnings)
        {
            _context.Log.Warning(warning);
        }

        var selected = _request.Groups.From(sources.Groups, static group => group.Group);
        return selected.Unmatched.Count == 0
            ? sources with { Groups = selected.Groups }
            : throw new RestoreException(ErrorCodes.GroupNotFound, $"no such group: {string.Join(", ", selected.Unmatched.Take(10))}{(selected.Unmatched.Count > 10 ? $" and {selected.Unmatched.Count - 10} more" : "")}",
                sources.Where, $"It holds {sources.Groups.Count} group(s){(sources.Groups.Count == 0 ? "" : $", such as {string.Join(", ", sources.Groups.Take(5).Select(static group => group.Group))}")}. Name others, or another origin with --offsets-from.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _maps?.Dispose();
        if (_storage is not null)
        {
            await _storage.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<OffsetMapSet> FindMapsAsync(IConsumerGroups target, CancellationToken stop)
    {
        if (_request.Report is { } report)
        {
            return await ReadReportAsync(report, stop).ConfigureAwait(false);
        }

        if (_request.StateFile is { } state)
        {
            return JobMaps.Read(JobLocation.AtFile(state));
        }

        if (_request.Restore is { State: { } configured } restore)
        {
            var place = _request.StateDirectory is { } folder ? configured with { CheckpointFile = null, Directory = folder } : configured;
            return JobMaps.Read(await JobPlace.FindAsync(restore, place, _context.Log, stop).ConfigureAwait(false));
        }

        var cluster = await target.ConnectAsync(stop).ConfigureAwait(false);
        var directory = StateDirectory.Find(_request.StateDirectory);
        if (KnownJobs.FindLatest(directory, _request.Archive!, cluster.ClusterId, _context.Time) is { } job)
        {
            return JobMaps.Read(job);
        }

        foreach (var name in ReportNames)
        {
            var key = $"{_request.Archive}/{name}";
            if (await _storage!.StatAsync(key, stop).ConfigureAwait(false) is not null)
            {
                return _request.Options!.Storage is FileSystemStorageOptions { Path: var root }
                    ? await ReadReportAsync(Path.Combine(root, key), stop).ConfigureAwait(false)
                    : throw new RestoreException(ErrorCodes.OffsetMapMissing, $"the report is in {_storage.Properties.Location}, and reports are read from local files", key, "Copy it here and name it with --from.");
            }
        }

        throw new RestoreException(ErrorCodes.OffsetMapMissing, $"no restore of {_request.Archive} into this cluster has left its state in {directory}, and the archive holds no {string.Join(" or ", ReportNames)}",
            hint: "Name the map with --config, --state or --from, or make one from the target with --strategy header-based or cluster-scan.");
    }

    private async Task<OffsetMapSet> ReadReportAsync(string file, CancellationToken stop)
    {
        var report = await ReportMaps.ReadAsync(file, stop).ConfigureAwait(false);
        foreach (var contradiction in report.Contradictions)
        {
            _context.Log.Warning(contradiction);
        }

        return report.Set;
    }

    private static SourceGroups Of(OffsetMapSet maps) => new(maps.Where, null,
    [
        .. maps.About.Groups.Select(static group => new SourceGroup(
            group.GroupId,
            [.. group.Offsets.Select(static offset => new SourceCommit(new PartitionName(offset.Topic, offset.Partition), offset.SourceOffset, offset.Metadata)).OrderBy(static commit => commit.Partition.Topic, StringComparer.Ordinal).ThenBy(static commit => commit.Partition.Partition)])),
    ]);
}
