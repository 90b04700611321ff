using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Security;

/// <summary>One cluster with TLS, every mechanism and an authorizer for the tests of this folder; started by the first that asks.</summary>
public sealed class SecureTarget : IAsyncLifetime
{
    /// <summary>What topics begin with that the owner of the client certificate may create and write.</summary>
    public const string OfCertificate = "by-certificate-";

    private static readonly string[] Bearers =
    [
        .. new[] { "sasl", "sasltls" }.SelectMany(listener => new[]
        {
            $"listener.name.{listener}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
            $"listener.name.{listener}.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\";",
        }),
    ];

    private readonly Lazy<Task<KafkaBrokerLauncher>> _cluster = new(StartAsync);

    public Task<KafkaBrokerLauncher> ClusterAsync() => _cluster.Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_cluster.IsValueCreated)
        {
            await (await _cluster.Value).DisposeAsync();
        }
    }

    /// <summary>Gives rights.</summary>
    public async Task AllowAsync(string principal, string[] operations, params string[] resource) =>
        await (await ClusterAsync()).ToolAsync("acls", ["--add", "--allow-principal", principal, .. operations.SelectMany(operation => new[] { "--operation", operation }), .. resource]);

    private static async Task<KafkaBrokerLauncher> StartAsync()
    {
        var cluster = await KafkaBrokerLauncher.StartAsync(brokers: 1, secure: true, Bearers);
        await cluster.ToolAsync("acls", "--add", "--allow-principal", "User:CN=alice", "--operation", "All", "--topic", OfCertificate, "--resource-pattern-type", "prefixed");
        await cluster.ToolAsync(
            "acls", "--add", "--allow-principal", "User:CN=alice", "--operation", "Write", "--operation", "Describe", "--transactional-id", "krc.", "--resource-pattern-type", "prefixed");
        return cluster;
    }
}

/// <summary>The tests that share <see cref="SecureTarget"/>, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SecureTargetCollection : ICollectionFixture<SecureTarget>
{
    public const string Name = "secure target";
}
