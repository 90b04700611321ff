using System.Diagnostics;

namespace KafkaRestore.Cli.Tests.Rollback;

/// <summary>A member of a group: Kafka's own console consumer, in a process of its own.</summary>
internal sealed class ConsoleMember : IDisposable
{
    private readonly Process _process;

    private ConsoleMember(Process process)
    {
        _process = process;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Joins the group of a stage; it commits nothing.</summary>
    public static async Task<ConsoleMember> JoinAsync(GroupStage stage, string clientId)
    {
        string[] arguments =
        [
            "tool", "console-consumer", "--bootstrap-server", stage.Broker.BootstrapServers, "--topic", stage.Topic, "--group", stage.Group,
            "--consumer-property", $"client.id={clientId}", "--consumer-property", "enable.auto.commit=false",
        ];
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("KAFKA_RESTORE_TEST_KAFKA")!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var member = new ConsoleMember(Process.Start(start)!);
        await stage.HasMembersAsync();
        return member;
    }

    /// <summary>Leaves the group in order.</summary>
    public void Leave()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
