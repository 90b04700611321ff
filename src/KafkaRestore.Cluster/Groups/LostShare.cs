using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Cluster.Groups;

/// <summary>
/// What is left to do of consumer groups whose silo is lost. One that stands where it should is done. One that stands neither there nor where it stood at the beginning has committed by itself since,
/// and is left alone.
/// </summary>
internal static class LostShare
{
    /// <summary>Decides.</summary>
    /// <param name="groups">The groups with what they should have committed.</param>
    /// <param name="before">What they had committed at the beginning; groups that could not be read are absent.</param>
    /// <param name="now">What they have committed now; the same.</param>
    /// <param name="failures">Takes the groups that are left alone, with the reason.</param>
    /// <returns>The groups that are to be committed still; whoever does says why where one cannot be read.</returns>
    public static IReadOnlyList<GroupOffsets> StillToDo(
        IReadOnlyList<GroupOffsets> groups, IReadOnlyDictionary<string, GroupOffsets> before, IReadOnlyDictionary<string, GroupOffsets> now, IDictionary<string, IReadOnlyList<string>> failures)
    {
        var left = new List<GroupOffsets>();
        foreach (var group in groups)
        {
            if (!before.TryGetValue(group.Group, out var then) || !now.TryGetValue(group.Group, out var current))
            {
                left.Add(group);
            }
            else if (FindMoved(group, then, current) is { } moved)
            {
                failures[group.Group] = [$"it has committed by itself while it was being reset ({moved}: {Text(At(current, moved))}, neither {Text(At(then, moved))} nor {At(group, moved)}); it was left alone"];
            }
            else if (group.Offsets.Keys.Any(partition => At(current, partition) != At(group, partition)))
            {
                left.Add(group);
            }
        }

        return left;
    }

    private static TargetPartition? FindMoved(GroupOffsets group, GroupOffsets then, GroupOffsets current)
    {
        foreach (var partition in group.Offsets.Keys)
        {
            if (At(current, partition) is var at && at != At(group, partition) && at != At(then, partition))
            {
                return partition;
            }
        }

        return null;
    }

    private static long? At(GroupOffsets group, TargetPartition partition) => group.Offsets.TryGetValue(partition, out var committed) ? committed.Offset : null;

    private static string Text(long? offset) => offset is { } known ? $"{known}" : "none";
}
