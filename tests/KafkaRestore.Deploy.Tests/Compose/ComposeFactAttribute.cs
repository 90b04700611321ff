using System.ComponentModel;
using System.Diagnostics;

namespace KafkaRestore.Deploy.Tests.Compose;

/// <summary>A test that needs <c>docker compose</c>; skipped where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ComposeFactAttribute : FactAttribute
{
    public ComposeFactAttribute()
    {
        if (!Answers("docker", "compose", "version"))
        {
            Skip = "`docker compose` is not installed";
        }
    }

    /// <summary>Whether a program can be run.</summary>
    internal static bool Answers(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
