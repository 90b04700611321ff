using System.Text;
using KafkaRestore.Offsets.Plans;
using KafkaRestore.Offsets.Scripts;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Groups;

/// <summary>A plan and a script that carries it out, as files beside each other.</summary>
internal static class PlanFolderFiles
{
    private const string PlanName = "offset-reset-plan.json";
    private const string ScriptName = "offset-reset.sh";

    /// <summary>Writes both, each as a whole or not at all; the folder is created where it is missing.</summary>
    /// <exception cref="RestoreException">OUTPUT_NOT_WRITTEN.</exception>
    public static async Task<(string Plan, string Script)> WriteAsync(string folder, OffsetResetPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.OutputNotWritten, $"the folder of the plan cannot be made: {failure.Message}", folder, inner: failure);
        }

        var (planFile, script) = (Path.GetFullPath(Path.Combine(folder, PlanName)), Path.GetFullPath(Path.Combine(folder, ScriptName)));
        WholeFile.Write(planFile, "the plan", Encoding.UTF8.GetBytes(PlanFile.ToJson(plan) + "\n"));
        await ScriptFile.WriteAsync(script, Encoding.UTF8.GetBytes(PlanScript.Of(plan)), cancellationToken).ConfigureAwait(false);
        return (planFile, script);
    }
}
