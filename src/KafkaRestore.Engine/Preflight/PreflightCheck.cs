using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight.Checks;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Probing;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight;

/// <summary>
/// Checks a plan against storage and target before anything is written, and reports every finding, not only the first. Changes nothing.
/// </summary>
/// <remarks>
/// Segments that the time index spares must exist all the same, in the size that they had when their times were noted; those that the window's slack leaves out are not looked for.
/// A check that fails says so, once, and the others go on. Not checked: what is inside the segments, but for a few that are looked into.
/// </remarks>
/// <param name="plan">The plan.</param>
/// <param name="options">What was asked for.</param>
/// <param name="storage">Where the archive is.</param>
/// <param name="cluster">The target.</param>
/// <param name="time">The clock.</param>
/// <param name="begun">Targets of lanes that an earlier run of the job has begun: they may hold records, which the lanes themselves judge.</param>
/// <param name="segments">Which segments' objects are looked for; null: all of the plan.</param>
/// <param name="probe">Asks the target for rights, settings, replicas and disks; null: a finding says that nobody asked.</param>
/// <param name="depth">How far the checks go; null: as before every run.</param>
/// <param name="unreached">Why the target could not be reached a moment ago; it is not asked again. Null: it is asked.</param>
public sealed class PreflightCheck(
    RestorePlan plan,
    RestoreOptions options,
    IArchiveStorage storage,
    ITargetCluster cluster,
    TimeProvider time,
    IReadOnlySet<TargetPartition>? begun = null,
    NeededSegments? segments = null,
    ITargetProbe? probe = null,
    PreflightDepth? depth = null,
    RestoreException? unreached = null)
{
    // Objects are looked for before some are looked into: what is missing is said once.
    private static readonly IReadOnlyList<IPreflightCheck> Checks =
    [
        new PlanNotesCheck(),
        new CompletenessCheck(),
        new GenerationCheck(),
        new WindowCheck(),
        new ObjectPresenceCheck(),
        new ObjectAccessCheck(),
        new ChecksumCheck(),
        new ArchiveTrapCheck(),
        new TopicsCheck(),
        new RightsCheck(),
        new EmptinessCheck(),
        new TimestampCheck(),
        new RetentionCheck(),
        new CompactionCheck(),
        new RecordSizeCheck(),
        new ReplicationCheck(),
        new RollingCheck(),
        new DiskCheck(),
        new EstimateCheck(),
        new NotCheckedCheck(),
    ];

    /// <summary>Runs all checks.</summary>
    public async Task<PreflightResult> RunAsync(CancellationToken cancellationToken)
    {
        var context = new PreflightContext
        {
            Plan = plan,
            Options = options,
            Storage = storage,
            Cluster = cluster,
            Probe = probe,
            Unreached = unreached,
            Segments = segments ?? NeededSegments.Of(plan, options),
            Begun = begun ?? new HashSet<TargetPartition>(),
            Depth = depth ?? new PreflightDepth(),
            Now = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        var findings = new FindingList();
        foreach (var check in Checks)
        {
            try
            {
                findings.Add(await check.RunAsync(context, cancellationToken).ConfigureAwait(false));
            }
            catch (RestoreException failure)
            {
                findings.Add(failure);
            }
        }

        return new PreflightResult
        {
            Findings = findings.ToList(),
            Cluster = context.Connected,
            Times = context.Connected is null ? null : context.Times,
            ExistingTopics = context.Existing ?? new Dictionary<string, TopicDescription>(),
            TopicsToCreate = context.Existing is { } existing && options.Preparation.CreateTopics ? [.. plan.Topics.Where(topic => !existing.ContainsKey(topic.Name))] : [],
        };
    }
}
