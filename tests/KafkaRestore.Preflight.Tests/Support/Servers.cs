using KafkaRestore.Testing;

namespace KafkaRestore.Preflight.Tests.Support;

/// <summary>One cluster with an authorizer and one S3 server for all situations. The plain listener's user may do everything.</summary>
public sealed class Servers : IAsyncLifetime
{
    /// <summary>What the names of topics begin with whose transactional ids alice may use.</summary>
    public const string Fenced = "fenced";

    private KafkaBrokerLauncher? _cluster;

    /// <summary>Why there are none; null when there are.</summary>
    public static string? WhyMissing =>
        KafkaFactConditions.Launcher is null ? "needs a launcher of Kafka clusters: set KAFKA_RESTORE_TEST_KAFKA" : S3Server.WhyMissing;

    public KafkaBrokerLauncher Cluster => _cluster!;

    public async Task InitializeAsync()
    {
        if (WhyMissing is null)
        {
            _cluster = await KafkaBrokerLauncher.StartAsync(secure: true);
            await _cluster.ToolAsync(
                "acls", "--add", "--allow-principal", "User:alice", "--operation", "Write", "--operation", "Describe", "--transactional-id", $"krc.{Fenced}", "--resource-pattern-type", "prefixed");
        }
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}

/// <summary>A table of situations; left out where there is no broker or no S3 server to be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SituationsAttribute : TheoryAttribute
{
    public SituationsAttribute() => Skip = Servers.WhyMissing;
}
