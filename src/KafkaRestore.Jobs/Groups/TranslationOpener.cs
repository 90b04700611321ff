using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.OffsetMaps.Rebuilding;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Times;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Offsets.Translation;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Jobs.Groups;

/// <summary>Opens translations that need no map of a restore.</summary>
internal static class TranslationOpener
{
    /// <summary>Opens one.</summary>
    /// <param name="strategy"><c>header-based</c>, <c>timestamp-based</c>, <c>cluster-scan</c>.</param>
    /// <param name="options">The restore.</param>
    /// <param name="storage">Where the archive is.</param>
    /// <param name="target">The groups of the target.</param>
    /// <param name="context">Where messages go.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <returns>The translation, and the maps that it uses, to be disposed after it; null for none.</returns>
    /// <exception cref="RestoreException">Archive or target cannot be read; OFFSET_MAP_MISSING: nothing in the target tells where it came from.</exception>
    public static async Task<(IGroupTranslation Translation, OffsetMapSet? Maps)> OpenAsync(
        string strategy, RestoreOptions options, IArchiveStorage storage, IConsumerGroups target, JobContext context, CancellationToken stop)
    {
        var manifest = await ManifestReader.ReadAsync(storage, options.BackupId, stop).ConfigureAwait(false);
        var plan = PlanBuilder.Build(manifest, options);
        if (strategy == "timestamp-based")
        {
            return (new TimeTranslation(plan, new RecordTimes(plan, storage, new MemoryBudget(options.Execution.MemoryBudgetBytes)), target), null);
        }

        var cluster = new ChosenTargetCluster(options.Target, log: context.Log.Client);
        await using (cluster.ConfigureAwait(false))
        {
            var maps = strategy == "header-based"
                ? await RebuildAsync(plan, options, cluster, context, stop).ConfigureAwait(false)
                : await ScanAsync(plan, options, storage, cluster, context, stop).ConfigureAwait(false);
            if (maps.IsEmpty)
            {
                maps.Dispose();
                throw new RestoreException(ErrorCodes.OffsetMapMissing, $"--strategy {strategy} finds no record of {options.BackupId} at the target", hint: "Were its topics restored under other names? Then name the restore's configuration with --config.");
            }

            return (new MapTranslation(maps, strategy, TopicRoutes.Of(plan, options.Mapping)), maps);
        }
    }

    private static async Task<OffsetMapSet> RebuildAsync(RestorePlan plan, RestoreOptions options, ChosenTargetCluster cluster, JobContext context, CancellationToken stop)
    {
        var rebuild = new MapRebuild(options, plan, cluster, (budget, token) => TargetReaders.OpenAsync(options.Target, budget, context.Log.Client, context.Time, token));
        var view = new RebuildView(rebuild, context.Time);
        var maps = await StatusLine.DuringAsync(rebuild.RunAsync(stop), view.Status, context.Log, context.Time).ConfigureAwait(false);
        var doubtful = new HashSet<PartitionName>();
        foreach (var lane in rebuild.Lanes)
        {
            var reason = lane.Failure?.Describe() ?? (lane.Findings is { Mapped: > 0, IsComplete: false } findings
                ? $"{findings.WithoutHeaders.Count + findings.WithoutSource.Count} of {findings.Records} records do not tell where they came from, and a group could be led past one that it has not read"
                : null);
            if (reason is not null)
            {
                context.Log.Warning($"{lane.Lane.Target} has no map: {reason}");
                doubtful.Add(new PartitionName(lane.Lane.Target.Topic, lane.Lane.Target.Partition));
            }
        }

        return new OffsetMapSet(maps.Where, maps.About, [.. maps.Maps.Where(map => !doubtful.Contains(map.Pair.Target))], maps);
    }

    private static async Task<OffsetMapSet> ScanAsync(RestorePlan plan, RestoreOptions options, IArchiveStorage storage, ChosenTargetCluster cluster, JobContext context, CancellationToken stop)
    {
        var scan = new ClusterScan(options, storage, cluster, (budget, token) => TargetReaders.OpenAsync(options.Target, budget, context.Log.Client, context.Time, token));
        context.Log.Message($"comparing {plan.Lanes.Count} partition(s) of the target with the archive");
        var (maps, unlike) = await scan.RunAsync(plan, stop).ConfigureAwait(false);
        foreach (var (partition, reason) in unlike.OrderBy(static pair => pair.Key.Topic, StringComparer.Ordinal).ThenBy(static pair => pair.Key.Partition))
        {
            context.Log.Warning($"{partition} has no map: {reason}");
        }

        return maps;
    }
}
