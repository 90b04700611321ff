using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Batch;
using KafkaRestore.Kafka.Sinks.Client;
using KafkaRestore.Kafka.Tests.Sinks;
using KafkaRestore.Kafka.Wire.Target;
using KafkaRestore.Records;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Kafka.Tests;

/// <summary>One cluster with TLS, SASL and an authorizer, for the tests of this class.</summary>
public sealed class SecureCluster : IAsyncLifetime
{
    private KafkaBrokerLauncher? _cluster;

    public KafkaBrokerLauncher Cluster => _cluster!;

    public async Task InitializeAsync()
    {
        if (KafkaFactConditions.Launcher is not null)
        {
            _cluster = await KafkaBrokerLauncher.StartAsync(secure: true);
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

/// <summary>TLS, authentication and permissions.</summary>
public sealed class SecureClusterTests(SecureCluster secure) : IClassFixture<SecureCluster>
{
    private static readonly TargetClusterOptions Soon = new() { ConnectDeadline = TimeSpan.FromSeconds(5) };

    private KafkaBrokerLauncher Cluster => secure.Cluster;

    [KafkaLauncherFact]
    public Task Plain_is_accepted() => AssertConnectsAsync(Cluster.SaslBootstrapServers, Sasl(SecurityProtocolKind.SaslPlaintext, SaslMechanismKind.Plain));

    [KafkaLauncherFact]
    public Task Scram_sha_512_is_accepted_or_explained() => AssertScramAsync(Cluster.SaslBootstrapServers, Sasl(SecurityProtocolKind.SaslPlaintext, SaslMechanismKind.ScramSha512));

    [KafkaLauncherFact]
    public Task Scram_sha_256_over_tls_is_accepted_or_explained() =>
        AssertScramAsync(Cluster.SaslSslBootstrapServers, Sasl(SecurityProtocolKind.SaslSsl, SaslMechanismKind.ScramSha256) with { CaLocation = Cluster.TlsFile("ca.pem") });

    [KafkaLauncherFact]
    public Task Tls_with_a_private_authority_is_accepted() =>
        AssertConnectsAsync(Cluster.SslBootstrapServers, new SecurityOptions { Protocol = SecurityProtocolKind.Ssl, CaLocation = Cluster.TlsFile("ca.pem") });

    [KafkaLauncherFact]
    public Task Mutual_tls_is_accepted() => AssertConnectsAsync(Cluster.SslBootstrapServers, MutualTls());

    [KafkaLauncherFact]
    public async Task A_wrong_password_is_denied_and_shown_nowhere()
    {
        var security = Sasl(SecurityProtocolKind.SaslSsl, SaslMechanismKind.ScramSha512) with
        {
            CaLocation = Cluster.TlsFile("ca.pem"),
            Password = new Secret("wrong-password-71"),
        };

        var failure = await ConnectFailureAsync(Cluster.SaslSslBootstrapServers, security);

        Assert.Equal(ErrorCodes.TargetDenied, failure.Code);
        Assert.DoesNotContain("wrong-password-71", failure.ToString(), StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task An_unknown_authority_is_unreachable_with_the_reason()
    {
        var failure = await ConnectFailureAsync(Cluster.SslBootstrapServers, new SecurityOptions { Protocol = SecurityProtocolKind.Ssl });

        Assert.Equal(ErrorCodes.TargetUnreachable, failure.Code);
        Assert.Contains("Local_Ssl", failure.Message, StringComparison.Ordinal);
    }

    [KafkaLauncherFact]
    public async Task Tls_asked_of_a_plain_port_is_unreachable()
    {
        var failure = await ConnectFailureAsync(Cluster.BootstrapServers, new SecurityOptions { Protocol = SecurityProtocolKind.Ssl, CaLocation = Cluster.TlsFile("ca.pem") });

        Assert.Equal(ErrorCodes.TargetUnreachable, failure.Code);
    }

    [KafkaLauncherFact]
    public async Task Plain_text_asked_of_a_tls_port_is_unreachable()
    {
        var failure = await ConnectFailureAsync(Cluster.SslBootstrapServers, new SecurityOptions());

        Assert.Equal(ErrorCodes.TargetUnreachable, failure.Code);
    }

    [KafkaLauncherTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Creating_a_topic_without_permission_is_denied(bool wire)
    {
        await using var cluster = Open(wire, Connection(Cluster.SaslBootstrapServers, Alice()));

        var failure = await Assert.ThrowsAsync<RestoreException>(() =>
            cluster.CreateTopicsAsync([new TopicToCreate(KafkaBroker.NewTopicName(), 1, -1, new Dictionary<string, string>())], CancellationToken.None));

        Assert.Equal(ErrorCodes.TargetDenied, failure.Code);
    }

    [KafkaLauncherTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_topics_settings_that_may_not_be_read_are_unknown(bool wire)
    {
        var topic = await Cluster.CreateTopicAsync(partitions: 3);
        await Cluster.ToolAsync("acls", "--add", "--allow-principal", "User:alice", "--operation", "Describe", "--topic", topic);
        await using var cluster = Open(wire, Connection(Cluster.SaslBootstrapServers, Alice()));

        var described = await cluster.DescribeTopicsAsync([topic], CancellationToken.None);

        Assert.Equal(new TopicDescription(topic, 3, null, null), described[topic] with { TopicId = null });
        Assert.NotNull(described[topic].TopicId);
    }

    [KafkaLauncherFact]
    public async Task Fencing_without_permission_is_refused_before_the_first_lane()
    {
        await using var fenced = new BatchSinkFactory(Connection(Cluster.SaslBootstrapServers, Alice()), new DeliveryOptions());
        await using var idempotent = new BatchSinkFactory(Connection(Cluster.SaslBootstrapServers, Alice()), new DeliveryOptions { Guarantee = DeliveryGuarantee.Idempotent });

        var failure = await Assert.ThrowsAsync<RestoreException>(() => fenced.PrepareAsync(CancellationToken.None).AsTask());
        await idempotent.PrepareAsync(CancellationToken.None);

        Assert.Equal((ErrorCodes.TargetDenied, "restore.delivery"), (failure.Code, failure.Where));
        Assert.Contains("krc.", failure.Hint, StringComparison.Ordinal);
        await Cluster.ToolAsync(
            "acls", "--add", "--allow-principal", "User:alice", "--operation", "Write", "--operation", "Describe", "--transactional-id", "krc.", "--resource-pattern-type", "prefixed");
        try
        {
            await fenced.PrepareAsync(CancellationToken.None);
        }
        finally
        {
            await Cluster.ToolAsync(
                "acls", "--remove", "--force", "--allow-principal", "User:alice", "--operation", "Write", "--operation", "Describe", "--transactional-id", "krc.", "--resource-pattern-type", "prefixed");
        }
    }

    [KafkaLauncherFact]
    public async Task Writing_without_permission_is_denied_and_writes_nothing()
    {
        var topic = await Cluster.CreateTopicAsync();
        await Cluster.ToolAsync("acls", "--add", "--allow-principal", "User:alice", "--operation", "Describe", "--topic", topic);
        await using var factory = new ClientSinkFactory(Connection(Cluster.SaslBootstrapServers, Alice()), new DeliveryOptions());
        var acks = new SinkRecorder();
        await using var sink = await factory.OpenAsync(new SinkLane(new TargetPartition(topic, 0), 0, 1 << 20, null), acks, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await sink.SendAsync(TestRecords.Block([TestRecords.Record(0)]), CancellationToken.None);
            await sink.FlushAsync(CancellationToken.None);
        });

        Assert.Equal(ErrorCodes.TargetDenied, failure.Code);
        Assert.Equal($"{topic}/0", failure.Where);
        Assert.Empty(acks.All);
        Assert.Empty(await Cluster.ReadAsync(topic));
    }

    [KafkaLauncherTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_partition_that_may_not_be_read_counts_as_holding_records(bool wire)
    {
        var topic = await Cluster.CreateTopicAsync();
        var target = new TargetPartition(topic, 0);
        await Cluster.ToolAsync("acls", "--add", "--allow-principal", "User:alice", "--operation", "Describe", "--topic", topic);
        await using var cluster = Open(wire, Connection(Cluster.SaslBootstrapServers, Alice()));

        var held = await cluster.FindRecordsAsync(new Dictionary<TargetPartition, PartitionRange> { [target] = new(0, 1) }, CancellationToken.None);

        Assert.Equal([target], held);
    }

    [KafkaLauncherFact]
    public async Task Reading_back_needs_the_right_to_read_the_topic_and_none_to_a_group()
    {
        var topic = await Cluster.CreateTopicAsync();
        var target = new TargetPartition(topic, 0);
        await Cluster.ToolAsync("acls", "--add", "--allow-principal", "User:alice", "--operation", "Describe", "--operation", "Read", "--topic", topic);
        using (var producer = new Confluent.Kafka.ProducerBuilder<byte[], byte[]>(new Confluent.Kafka.ProducerConfig { BootstrapServers = Cluster.BootstrapServers }).SetLogHandler((_, _) => { }).Build())
        {
            await producer.ProduceAsync(topic, new Confluent.Kafka.Message<byte[], byte[]> { Value = [1] });
        }

        using var reader = new PartitionReader(Connection(Cluster.SaslBootstrapServers, Alice()));
        var records = await Task.Run(() => reader.Read(target, 0, 1, CancellationToken.None).ToList());

        Assert.Equal([1], Assert.Single(records).Value!);
    }

    private static SecurityOptions Sasl(SecurityProtocolKind protocol, SaslMechanismKind mechanism) =>
        new() { Protocol = protocol, Mechanism = mechanism, Username = new Secret("admin"), Password = new Secret("admin-secret") };

    private static SecurityOptions Alice() =>
        new() { Protocol = SecurityProtocolKind.SaslPlaintext, Mechanism = SaslMechanismKind.Plain, Username = new Secret("alice"), Password = new Secret("alice-secret") };

    private static KafkaConnectionOptions Connection(string servers, SecurityOptions security) => new() { BootstrapServers = servers.Split(','), Security = security };

    private static ITargetCluster Open(bool wire, KafkaConnectionOptions connection) => wire ? new WireTargetCluster(connection) : new TargetCluster(connection);

    private static async Task AssertConnectsAsync(string servers, SecurityOptions security)
    {
        await using var cluster = new TargetCluster(Connection(servers, security));

        var description = await cluster.ConnectAsync(CancellationToken.None);

        Assert.Equal(1, description.Brokers);
        Assert.False(string.IsNullOrEmpty(description.ClusterId));
    }

    private static async Task AssertScramAsync(string servers, SecurityOptions security)
    {
        if (NativeClientLibrary.EnsureLoaded().Version >= SecurityConfiguration.LowestForScram)
        {
            await AssertConnectsAsync(servers, security);
            return;
        }

        var failure = await ConnectFailureAsync(servers, security);

        Assert.Equal(ErrorCodes.TargetDenied, failure.Code);
        Assert.Contains($"install librdkafka {SecurityConfiguration.LowestForScram} or later", failure.Describe(), StringComparison.Ordinal);
    }

    private static async Task<RestoreException> ConnectFailureAsync(string servers, SecurityOptions security)
    {
        await using var cluster = new TargetCluster(Connection(servers, security), Soon);
        return await Assert.ThrowsAsync<RestoreException>(() => cluster.ConnectAsync(CancellationToken.None));
    }

    private SecurityOptions MutualTls() => new()
    {
        Protocol = SecurityProtocolKind.Ssl,
        CaLocation = Cluster.TlsFile("ca.pem"),
        CertificateLocation = Cluster.TlsFile("client.pem"),
        KeyLocation = Cluster.TlsFile("client.key"),
    };
}
