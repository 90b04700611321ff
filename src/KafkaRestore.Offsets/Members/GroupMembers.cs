using KafkaRestore.Kafka.Groups;

namespace KafkaRestore.Offsets.Members;

/// <summary>Members of groups in words.</summary>
public static class GroupMembers
{
    private const int MostNamed = 5;

    /// <summary>A group and who reads in it: <c>billing (app-1 at 10.0.0.7, app-2 at 10.0.0.8)</c>.</summary>
    public static string Describe(GroupDescription group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return $"{group.Group} ({Names(group)})";
    }

    /// <summary>Who reads in a group, by client id and host; its state where it has no members.</summary>
    public static string Names(GroupDescription group)
    {
        ArgumentNullException.ThrowIfNull(group);
        string[] names = [.. group.Members.Select(static member => $"{(member.ClientId.Length > 0 ? member.ClientId : member.MemberId)} at {member.Host.TrimStart('/')}").Distinct(StringComparer.Ordinal)];
        return names.Length == 0 ? $"state {group.State}" : string.Join(", ", names.Take(MostNamed)) + (names.Length > MostNamed ? $" and {names.Length - MostNamed} more" : "");
    }
}
