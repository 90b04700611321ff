using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Members;

/// <summary>Sees to it that groups have no members before their offsets are changed.</summary>
public static class IdleGroups
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns when none of the groups has a member. A group that does not exist has none.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="patience">How long to wait for members to leave; zero: not at all.</param>
    /// <param name="time">The clock.</param>
    /// <param name="notice">Is told in words which groups still have members, at first and when fewer have; null: nobody is.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RestoreException">GROUP_ACTIVE, naming members and hosts; GROUP_UNREADABLE.</exception>
    public static async Task EnsureAsync(
        IConsumerGroups cluster, IReadOnlyCollection<string> groups, TimeSpan patience, TimeProvider time, Action<string>? notice, CancellationToken cancellationToken)
    {
        var active = await WaitAsync(
            cluster, groups, patience, time, Known, active => notice?.Invoke($"waiting for members to leave: {Naming.Of([.. active.Select(GroupMembers.Describe)])}"), cancellationToken).ConfigureAwait(false);
        if (active.Count > 0)
        {
            throw new RestoreException(ErrorCodes.GroupActive, $"{(active.Count == 1 ? "a group has" : $"{active.Count} groups have")} members: {Naming.Of([.. active.Select(GroupMembers.Describe)])}");
        }
    }

    /// <summary>Waits for members to leave, and gives the groups that have some when patience is over.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="patience">How long to wait; zero: not at all.</param>
    /// <param name="time">The clock.</param>
    /// <param name="fit">Takes out of an answer what is not to be waited for.</param>
    /// <param name="waiting">Is told of the groups that still have members, at first and when it is no longer the same ones.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal static async Task<IReadOnlyList<GroupDescription>> WaitAsync(
        IConsumerGroups cluster,
        IReadOnlyCollection<string> groups,
        TimeSpan patience,
        TimeProvider time,
        Func<IReadOnlyList<GroupDescription>, IEnumerable<GroupDescription>> fit,
        Action<IReadOnlyList<GroupDescription>> waiting,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var asked = groups;
        IEnumerable<string> told = [];
        while (asked.Count > 0)
        {
            var described = await cluster.DescribeAsync(asked, cancellationToken).ConfigureAwait(false);
            GroupDescription[] active = [.. fit(described).Where(static group => !group.IsIdle)];
            if (active.Length == 0)
            {
                // Members may have joined a group that was empty at first.
                asked = asked.Count == groups.Count ? [] : groups;
                continue;
            }

            var left = patience - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                return active;
            }

            asked = [.. active.Select(static group => group.Group)];
            if (!asked.SequenceEqual(told, StringComparer.Ordinal))
            {
                waiting(active);
                told = asked;
            }

            await Task.Delay(left < AskAgain ? left : AskAgain, time, cancellationToken).ConfigureAwait(false);
        }

        return [];
    }

    private static IReadOnlyList<GroupDescription> Known(IReadOnlyList<GroupDescription> described)
    {
        string[] unknown = [.. described.Where(static group => group.Error is not null).Select(static group => $"{group.Group}: {group.Error!.Reason} ({group.Error.Name})")];
        return unknown.Length == 0 ? described : throw new RestoreException(ErrorCodes.GroupUnreadable, $"whether groups have members is not known: {Naming.Of(unknown)}");
    }
}
