using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Members;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Exports;

/// <summary>
/// Commits offsets that were written down, as they are: for the same cluster, a mirror of it, or topics whose offsets are the same. After a restore offsets have to be translated instead
/// (<c>Translation/</c>). What the groups have committed in other partitions stays.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="time">The clock.</param>
public sealed class OffsetImport(IConsumerGroups cluster, TimeProvider time)
{
    /// <summary>Checks every offset against the log and changes nothing. What forbids the import is in the plan.</summary>
    /// <exception cref="RestoreException">GROUP_NOT_FOUND: the source does not hold a group that is named, or nothing; PLAN_CONFLICT: two topics become one; GROUP_UNREADABLE.</exception>
    public async Task<ImportPlan> PlanAsync(SourceGroups source, ImportOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        var wanted = Choose(source, options);
        await cluster.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var partitions = wanted.Select(static row => row.Target).Distinct().ToList();
        var ranges = await cluster.ReadRangesAsync(partitions, cancellationToken).ConfigureAwait(false);
        var found = options.ToTime is { } to
            ? await cluster.FindByTimeAsync(ranges.Keys.ToDictionary(static partition => partition, _ => to), cancellationToken).ConfigureAwait(false)
            : null;
        string[] names = [.. wanted.Select(static row => row.Group).Distinct(StringComparer.Ordinal)];
        var current = (await LiveGroups.FetchAsync(cluster, names, cancellationToken).ConfigureAwait(false)).ToDictionary(static group => group.Group, StringComparer.Ordinal);
        return new ImportPlan(source.Where, [.. wanted.Select(row => MakeRow(row, ranges, found, current[row.Group], options))]);
    }

    /// <summary>Commits what a plan without problems says, reads it back and compares.</summary>
    /// <exception cref="RestoreException">OFFSET_OUT_OF_RANGE, TARGET_TOPIC_MISSING: the plan has problems; GROUP_ACTIVE, GROUP_UNREADABLE, a failure of the safety snapshot: nothing was changed then.</exception>
    public async Task<ImportReport> RunAsync(ImportPlan plan, ImportOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfRefused(plan);
        GroupOffsets[] commits = [.. plan.Commits.GroupBy(static row => row.GroupId).Select(static group => new GroupOffsets(
            group.Key, group.ToDictionary(static row => new TargetPartition(row.Topic, row.Partition), static row => new CommittedOffset(row.Offset!.Value, row.Metadata))))];
        string[] names = [.. commits.Select(static group => group.Group)];
        await IdleGroups.EnsureAsync(cluster, names, options.WaitForEmpty, time, options.Notice, cancellationToken).ConfigureAwait(false);
        var safety = options.Safety is null ? null : await options.Safety.TakeAsync(names, $"before the import of {plan.Source}", cancellationToken).ConfigureAwait(false);
        if (safety is not null)
        {
            options.Notice?.Invoke($"what the groups have now is saved as {safety.Id}");
        }

        var started = time.GetTimestamp();
        var changes = await GroupChanges.ApplyAsync(cluster, commits, [], options, cancellationToken).ConfigureAwait(false);
        var took = time.GetElapsedTime(started);
        return new ImportReport(
            changes.FailedGroups.Count == 0 ? ChangeStatus.Success : changes.Committed == 0 ? ChangeStatus.Failed : ChangeStatus.PartialSuccess,
            names.Length - changes.FailedGroups.Count,
            changes.FailedGroups.Count,
            changes.Committed,
            changes.Errors,
            safety?.Id,
            await GroupChanges.VerifyAsync(cluster, commits, alone: false).ConfigureAwait(false),
            (long)took.TotalMilliseconds);
    }

    /// <summary>Refuses a plan with problems.</summary>
    /// <exception cref="RestoreException">OFFSET_OUT_OF_RANGE, TARGET_TOPIC_MISSING; GROUP_NOT_FOUND: nothing is left to be committed.</exception>
    public static void ThrowIfRefused(ImportPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        string[] missing = [.. plan.Problems.Where(static row => row.Note == ImportNote.Missing).Select(static row => row.ToString())];
        string[] outside = [.. plan.Problems.Where(static row => row.Note == ImportNote.OutOfRange).Select(static row => row.ToString())];
        if (missing.Length > 0)
        {
            throw new RestoreException(
                ErrorCodes.TargetTopicMissing, $"{Naming.Count(missing.Length, "partition")} of the groups do not exist: {Naming.Of(missing)}", plan.Source, "Create the topics, give their names here with --topic-mapping, or leave them out with --skip-missing.");
        }

        if (outside.Length > 0)
        {
            throw new RestoreException(ErrorCodes.OffsetOutOfRange, $"{Naming.Count(outside.Length, "offset")} cannot be set: {Naming.Of(outside)}", plan.Source, "Take the nearest offset of the log with --clamp; after a restore, translate with offset-reset instead.");
        }

        if (!plan.Commits.Any())
        {
            throw new RestoreException(ErrorCodes.GroupNotFound, "nothing is left to be committed", plan.Source, "None of the partitions exists here.");
        }
    }

    private static List<Wanted> Choose(SourceGroups source, ImportOptions options)
    {
        var chosen = options.Groups.From(source.Groups, static group => group.Group);
        string[] missing = [.. chosen.Unmatched.Intersect(options.Groups.Names, StringComparer.Ordinal)];
        var rows = chosen.Groups.SelectMany(group => group.Offsets.Select(commit => new Wanted(
            group.Group, new TargetPartition(options.TopicMapping.GetValueOrDefault(commit.Partition.Topic, commit.Partition.Topic), commit.Partition.Partition), commit))).ToList();
        if (missing.Length > 0 || rows.Count == 0)
        {
            throw new RestoreException(
                ErrorCodes.GroupNotFound,
                missing.Length > 0 ? $"the source does not hold {Naming.Of(missing)}" : "the source holds no offset of the groups that are meant",
                source.Where,
                source.Groups.Count == 0 ? "It holds no group at all." : $"It holds {Naming.Of([.. source.Groups.Select(static group => group.Group)])}.");
        }

        var unused = options.TopicMapping.Keys.Except(rows.Select(static row => row.Commit.Partition.Topic), StringComparer.Ordinal).ToList();
        if (unused.Count > 0)
        {
            throw new RestoreException(ErrorCodes.PlanConflict, $"a topic is mapped that the groups do not read: {Naming.Of(unused)}", source.Where, "Correct --topic-mapping; it takes NAME_IN_THE_FILE=NAME_HERE.");
        }

        var twice = rows.GroupBy(static row => (row.Group, row.Target)).FirstOrDefault(static same => same.Count() > 1);
        return twice is null
            ? rows
            : throw new RestoreException(
                ErrorCodes.PlanConflict, $"{twice.Key.Group} would get two offsets in {twice.Key.Target}, of {Naming.Of([.. twice.Select(static row => row.Commit.Partition.Topic)])}", source.Where, "Correct --topic-mapping, or import one of them.");
    }

    private static ImportRow MakeRow(
        Wanted row, IReadOnlyDictionary<TargetPartition, PartitionRange> ranges, IReadOnlyDictionary<TargetPartition, long?>? found, GroupOffsets current, ImportOptions options)
    {
        var (offset, note) = !ranges.TryGetValue(row.Target, out var range) ? (null, options.SkipMissing ? ImportNote.Skipped : ImportNote.Missing)
            : found is not null ? found.GetValueOrDefault(row.Target) is { } at ? (at, ImportNote.ByTime) : (range.End, ImportNote.End)
            : row.Commit.Offset >= range.LogStart && row.Commit.Offset <= range.End ? (row.Commit.Offset, ImportNote.AsGiven)
            : options.Clamp ? (Math.Clamp(row.Commit.Offset, range.LogStart, range.End), ImportNote.Clamped)
            : ((long?)null, ImportNote.OutOfRange);
        var exists = note is not (ImportNote.Skipped or ImportNote.Missing);
        return new ImportRow(
            row.Group,
            row.Target.Topic,
            row.Target.Partition,
            row.Commit.Partition.Topic,
            row.Commit.Offset,
            offset,
            current.Offsets.TryGetValue(row.Target, out var now) ? now.Offset : null,
            exists ? range.LogStart : null,
            exists ? range.End : null,
            note,
            note == ImportNote.AsGiven ? row.Commit.Metadata : null); // words about one position say nothing of another
    }

    private readonly record struct Wanted(string Group, TargetPartition Target, SourceCommit Commit);
}
