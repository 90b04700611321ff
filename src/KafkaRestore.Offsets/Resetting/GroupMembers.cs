using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Offsets.Resetting;

/// <summary>Members of groups in words.</summary>
internal static class GroupMembers
{
    private const int MostNamed = 5;

    /// <summary>A group and who reads in it, by client id and host.</summary>
    public static string Describe(GroupDescription group)
    {
        if (group.Members.Count == 0)
        {
            return $"'{group.Group}' ({group.State.ToString().ToLowerInvariant()})";
        }

        var named = group.Members.Take(MostNamed).Select(static member => $"{member.ClientId} at {member.Host.TrimStart('/')}");
        var more = group.Members.Count > MostNamed ? $" and {group.Members.Count - MostNamed} more" : "";
        return $"'{group.Group}' ({string.Join(", ", named)}{more})";
    }
}
