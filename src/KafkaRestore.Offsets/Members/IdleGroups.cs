using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Members;

/// <summary>Sees to it that groups have no members before their offsets are changed.</summary>
public static class IdleGroups
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>Returns when none of the groups has a member. A group that does not exist has none.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="patience">How long to wait for members to leave; zero: not at all.</param>
    /// <param name="time">The clock.</param>
    /// <param name="notice">Is told in words which groups still have members, each time that they are asked; null: nobody is.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RestoreException">GROUP_ACTIVE, naming members and hosts; GROUP_UNREADABLE.</exception>
    public static async Task EnsureAsync(
        IConsumerGroups cluster, IReadOnlyCollection<string> groups, TimeSpan patience, TimeProvider time, Action<string>? notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(time);
        var started = time.GetTimestamp();
        var asked = groups;
        while (asked.Count > 0)
        {
            var active = await FindActiveAsync(cluster, asked, cancellationToken).ConfigureAwait(false);
            if (active.Count == 0)
            {
                // Members may have joined a group that was empty at first.
                if (asked.Count == groups.Count)
                {
                    return;
                }

                asked = groups;
                continue;
            }

            if (time.GetElapsedTime(started) >= patience)
            {
                throw new RestoreException(ErrorCodes.GroupActive, $"{(active.Count == 1 ? "a group has" : $"{active.Count} groups have")} members: {Naming.Of([.. active.Select(GroupMembers.Describe)])}");
            }

            notice?.Invoke($"waiting for members to leave: {Naming.Of([.. active.Select(GroupMembers.Describe)])}");
            await Task.Delay(AskAgain, time, cancellationToken).ConfigureAwait(false);
            asked = [.. active.Select(static group => group.Group)];
        }
    }

    private static async Task<IReadOnlyList<GroupDescription>> FindActiveAsync(IConsumerGroups cluster, IReadOnlyCollection<string> groups, CancellationToken cancellationToken)
    {
        var described = await cluster.DescribeAsync(groups, cancellationToken).ConfigureAwait(false);
        string[] unknown = [.. described.Where(static group => group.Error is not null).Select(static group => $"{group.Group}: {group.Error!.Reason} ({group.Error.Name})")];
        return unknown.Length == 0
            ? [.. described.Where(static group => !group.IsIdle)]
            : throw new RestoreException(ErrorCodes.GroupUnreadable, $"whether groups have members is not known: {Naming.Of(unknown)}");
    }
}
