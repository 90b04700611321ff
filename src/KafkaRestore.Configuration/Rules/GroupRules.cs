using KafkaRestore.Configuration.Binding;
using KafkaRestore.Offsets.Restoring;

namespace KafkaRestore.Configuration.Rules;

/// <summary>What the keys of consumer groups say together: what asks for a reset must say of what.</summary>
internal static class GroupRules
{
    private const string Strategy = "restore.consumer_group_strategy";
    private const string Reset = "restore.reset_consumer_offsets";
    private const string Groups = "restore.consumer_groups";
    private const string Auto = "restore.auto_consumer_groups";

    public static void Check(BindingContext context)
    {
        var groups = context.Draft.Groups;
        if (groups is { Strategy: GroupStrategy.Manual, Reset: true } or { Strategy: GroupStrategy.Manual, All: true })
        {
            context.Contradiction(groups.Reset ? Reset : Auto, $"asks for what {Strategy}: manual rules out: with it nothing is committed", "Leave one of them out.");
        }
        else if (groups is { Reset: true, All: false, Groups.Count: 0 } && !context.IsBroken(Groups))
        {
            context.Contradiction(Reset, "names no group, so nothing would be reset", $"List them in {Groups}, or set {Auto} for all groups of the archive.");
        }
        else if (groups is { Strategy: GroupStrategy.TimestampBased or GroupStrategy.ClusterScan, Reset: false, All: false })
        {
            context.Contradiction(Strategy, "says how groups are reset, and none is to be", $"Set {Reset} with {Groups}, or {Auto}; or use skip.");
        }
        else if (groups is { Groups.Count: > 0, IsAsked: false })
        {
            context.NoticeAt(Groups, $"has no effect: {Reset} is not set");
        }

        foreach (var (key, set) in new[]
        {
            ("restore.consumer_groups_from", groups.OffsetsFrom is not null),
            ("restore.reset_when", context.IsSet("restore.reset_when")),
            ("restore.wait_for_empty_groups", groups.WaitForEmpty > TimeSpan.Zero),
            ("restore.group_plan_folder", groups.PlanFolder is not null),
        })
        {
            if (set && !groups.IsAsked)
            {
                context.NoticeAt(key, $"has no effect: no group is reset ({Reset}, {Auto})");
            }
        }
    }
}
