using KafkaRestore.Cli.Invocation;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Plans;

namespace KafkaRestore.Cli.Resets;

/// <summary>Makes a plan for a command.</summary>
internal static class ResetPlanning
{
    /// <summary>Opens what the request names, and plans; the cluster stays the caller's.</summary>
    public static async Task<OffsetResetPlan> PlanAsync(ResetRequest request, IConsumerGroups target, CommandContext context, CancellationToken stop)
    {
        var origin = new ResetOrigin(request, context);
        await using (origin.ConfigureAwait(false))
        {
            var translation = await origin.TranslateAsync(target, stop).ConfigureAwait(false);
            var sources = await origin.ReadGroupsAsync(stop).ConfigureAwait(false);
            return await new ResetPlanner(translation, target, context.Time).PlanAsync(sources, request.Archive, request.Target.BootstrapServers, stop).ConfigureAwait(false);
        }
    }

    /// <summary>The same for a command that needs the cluster for nothing else.</summary>
    public static async Task<OffsetResetPlan> PlanAsync(ResetRequest request, CommandContext context, CancellationToken stop)
    {
        var target = GroupDoor.Open(request.Target, context);
        await using (target.ConfigureAwait(false))
        {
            return await PlanAsync(request, target, context, stop).ConfigureAwait(false);
        }
    }
}
