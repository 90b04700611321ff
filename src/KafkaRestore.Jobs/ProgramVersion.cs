using System.Reflection;

namespace KafkaRestore.Jobs;

/// <summary>The version of the programs.</summary>
internal static class ProgramVersion
{
    /// <summary>As three numbers, with what stands behind them.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
