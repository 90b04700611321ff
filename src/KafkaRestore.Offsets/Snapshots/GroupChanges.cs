using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>Changes to groups, and what became of them. Once the first one is asked for, a failure is part of the result and never ends the command as if nothing had happened.</summary>
internal sealed class GroupChanges
{
    private readonly HashSet<string> _failedGroups = new(StringComparer.Ordinal);
    private readonly List<string> _errors = [];

    /// <summary>Offsets that were committed.</summary>
    public int Committed { get; private set; }

    /// <summary>Offsets that were removed.</summary>
    public int Removed { get; private set; }

    /// <summary>Groups with a failure.</summary>
    public IReadOnlyCollection<string> FailedGroups => _failedGroups;

    /// <summary>The failures, for people.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Commits, then removes.</summary>
    public static async Task<GroupChanges> ApplyAsync(
        IConsumerGroups cluster,
        IReadOnlyList<GroupOffsets> commits,
        IReadOnlyList<KeyValuePair<string, IReadOnlyCollection<TargetPartition>>> removals,
        GroupChangeOptions options,
        CancellationToken cancellationToken)
    {
        var changes = new GroupChanges();
        if (commits.Count > 0)
        {
            changes.Committed = await changes.TakeAsync(
                cluster.CommitAsync(commits, options.MostAtOnce, options.GroupDeadline, cancellationToken), [.. commits.Select(static group => group.Group)]).ConfigureAwait(false);
        }

        if (removals.Count > 0)
        {
            changes.Removed = await changes.TakeAsync(cluster.DeleteAsync(removals, options.GroupDeadline, cancellationToken), [.. removals.Select(static group => group.Key)]).ConfigureAwait(false);
        }

        return changes;
    }

    /// <summary>Reads back and compares, also after a stop: what was begun is told. A failure to read is a failed check.</summary>
    public static async Task<OffsetVerification> VerifyAsync(IConsumerGroups cluster, IReadOnlyCollection<GroupOffsets> expected, bool alone)
    {
        try
        {
            return await OffsetComparison.RunAsync(cluster, expected, alone, CancellationToken.None).ConfigureAwait(false);
        }
        catch (RestoreException failure)
        {
            return new OffsetVerification(false, [], [.. expected.Select(static group => group.Group)], []) { Error = failure.Describe() };
        }
    }

    private async Task<int> TakeAsync(Task<IReadOnlyList<GroupChange>> asked, IReadOnlyList<string> groups)
    {
        try
        {
            var done = 0;
            foreach (var change in await asked.ConfigureAwait(false))
            {
                done += change.Changed;
                foreach (var (partition, failure) in change.Failures)
                {
                    _failedGroups.Add(change.Group);
                    _errors.Add($"{change.Group}, {partition}: {failure.Reason} ({failure.Name}){(failure.IsAmbiguous ? "; it may have been done all the same" : "")}");
                }
            }

            return done;
        }
        catch (RestoreException failure)
        {
            _failedGroups.UnionWith(groups);
            _errors.Add($"{failure.Describe()} What was done of these groups is not known: {Sources.Naming.Of(groups)}");
            return 0;
        }
    }
}
