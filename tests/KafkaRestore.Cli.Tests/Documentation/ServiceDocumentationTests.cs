using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using KafkaRestore.Cli.Tests.Support;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Documentation;

/// <summary>The session that docs/service.md shows, as it stands there.</summary>
public sealed partial class ServiceDocumentationTests
{
    [KafkaLauncherFact]
    public async Task The_documented_session_runs()
    {
        var root = Golden.RepositoryRoot();
        var session = Assert.Single(Session().Matches(await File.ReadAllTextAsync(Path.Combine(root, "docs", "service.md")))).Groups[1].Value;
        var broker = await KafkaBroker.SharedAsync();
        using var scratch = new Scratch();

        // The port may be anybody's, and the sample's topic another test's.
        var port = FreePort();
        var sample = scratch.Write("restore.yaml", (await File.ReadAllTextAsync(Path.Combine(root, "samples", "restore.yaml"))).Replace("orders-recovered", KafkaBroker.NewTopicName("documented"), StringComparison.Ordinal));
        var script = session
            .Replace("./kafka-restore", "$KAFKA_RESTORE", StringComparison.Ordinal)
            .Replace("127.0.0.1:8480", $"127.0.0.1:{port}", StringComparison.Ordinal)
            .Replace("service-data", scratch.PathOf("service-data"), StringComparison.Ordinal)
            .Replace("samples/restore.yaml", sample, StringComparison.Ordinal);
        var result = await CliProgram.BashAsync($"set -e; cd '{root}'; export KAFKA_BOOTSTRAP={broker.BootstrapServers} KAFKA_RESTORE_SERVER=http://127.0.0.1:{port}\n{script}");

        result.MustExit(0);
        Assert.Contains("DONE: everything is restored", result.Out, StringComparison.Ordinal);
    }

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Session();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
