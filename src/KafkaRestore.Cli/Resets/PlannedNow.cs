using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Resets;

/// <summary>A reset that is planned and committed at once.</summary>
internal static class PlannedNow
{
    /// <summary>Runs it.</summary>
    public static async Task<ExitCode> RunAsync(ResetRequest request, ResetExecution execution, ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        var target = GroupDoor.Open(request.Target, context);
        await using (target.ConfigureAwait(false))
        {
            var plan = await ResetPlanning.PlanAsync(request, target, context, stop).ConfigureAwait(false);
            return await execution.RunAsync(plan, target, request.Target.BootstrapServers, request.Options?.Storage, arguments, context, stop).ConfigureAwait(false);
        }
    }
}
