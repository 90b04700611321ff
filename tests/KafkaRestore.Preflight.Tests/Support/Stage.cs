using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.S3;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Preflight;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Probing;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Kafka.Sinks.Batch;
using KafkaRestore.Records;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Preflight.Tests.Support;

/// <summary>What a row sets up, and the check of it: an archive in a folder of its own, a topic of its own.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TargetClusterOptions Soon = new() { ConnectDeadline = TimeSpan.FromSeconds(5) };

    private readonly KafkaBrokerLauncher _cluster;
    private readonly string _prefix = S3Server.NewPrefix();
    private readonly List<IAsyncDisposable> _owned = [];

    public Stage(KafkaBrokerLauncher cluster)
    {
        _cluster = cluster;
        (Topic, Archive) = NewTopic(Servers.Fenced);
        Target = new KafkaConnectionOptions { BootstrapServers = cluster.BootstrapServers.Split(',') };
        Storage = new S3StorageOptions
        {
            Bucket = S3Server.Shared.Bucket,
            Endpoint = S3Server.Shared.Endpoint,
            Prefix = _prefix,
            AccessKey = new Secret(S3Server.Shared.AccessKey),
            SecretKey = new Secret(S3Server.Shared.SecretKey),
        };
    }

    /// <summary>The topic, at the source and at the target.</summary>
    public string Topic { get; private set; }

    public StageArchive Archive { get; private set; }

    /// <summary>How the check reaches the target.</summary>
    public KafkaConnectionOptions Target { get; set; }

    /// <summary>How the check reaches the archive.</summary>
    public S3StorageOptions Storage { get; set; }

    public PreflightDepth Depth { get; set; } = new();

    /// <summary>Changes what is asked for.</summary>
    public Func<RestoreOptions, RestoreOptions> Options { get; set; } = static options => options;

    /// <summary>Called when the archive is written.</summary>
    public Func<IArchiveStorage, Task>? AfterWriting { get; set; }

    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>Records of now with keys, one for each offset.</summary>
    public static IEnumerable<RecordData> Records(int count, long first = 0, long step = 1, int valueBytes = 10) =>
        Enumerable.Range(0, count).Select(i => TestRecords.Record(first + i * step, Now, [1, (byte)i], new byte[valueBytes]));

    public async Task CreateTopicAsync(int partitions = 1, params string[] settings) => await CreateTopicAsync(Topic, partitions, settings);

    public async Task CreateTopicAsync(string name, int partitions, params string[] settings)
    {
        await using var cluster = new TargetCluster(new KafkaConnectionOptions { BootstrapServers = _cluster.BootstrapServers.Split(',') });
        await cluster.CreateTopicsAsync(
            [new TopicToCreate(name, partitions, 1, settings.Select(setting => setting.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]))], CancellationToken.None);
    }

    public async Task ProduceAsync(int records = 1)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _cluster.BootstrapServers }).SetLogHandler(static (_, _) => { }).Build();
        for (var i = 0; i < records; i++)
        {
            await producer.ProduceAsync(Topic, new Message<byte[], byte[]> { Key = [1], Value = [1] });
        }
    }

    /// <summary>Leaves a control marker in the topic's log, as a restore does that begins and writes nothing.</summary>
    public async Task FenceAsync()
    {
        await using var factory = new BatchSinkFactory(new KafkaConnectionOptions { BootstrapServers = _cluster.BootstrapServers.Split(',') }, new DeliveryOptions());
        await using var sink = await factory.OpenAsync(new SinkLane(new TargetPartition(Topic, 0), 0, 1 << 20, null), new NoObserver(), CancellationToken.None);
    }

    /// <summary>From here on the check goes as alice, with these rights to the topic.</summary>
    public async Task AsAliceAsync(params AclOperation[] operations)
    {
        Target = new KafkaConnectionOptions
        {
            BootstrapServers = _cluster.SaslBootstrapServers.Split(','),
            Security = new SecurityOptions
            {
                Protocol = SecurityProtocolKind.SaslPlaintext,
                Mechanism = SaslMechanismKind.Plain,
                Username = new Secret("alice"),
                Password = new Secret("alice-secret"),
            },
        };
        await AllowAsync(operations);
    }

    /// <summary>From here on everything is about a topic whose transactional ids alice may not use; to be called first.</summary>
    public void UseUnfenced() => (Topic, Archive) = NewTopic("unfenced");

    public async Task<PreflightResult> CheckAsync()
    {
        if (Archive.IsEmpty)
        {
            Archive.Add(Records(10));
        }

        await using (var direct = S3Storage.Open(Storage with { Endpoint = S3Server.Shared.Endpoint, AccessKey = new Secret(S3Server.Shared.AccessKey), SecretKey = new Secret(S3Server.Shared.SecretKey), Bucket = S3Server.Shared.Bucket }))
        {
            await Archive.WriteAsync(direct);
            if (AfterWriting is { } then)
            {
                await then(direct);
            }

            var options = Options(new RestoreOptions { BackupId = Archive.BackupId, Storage = Storage, Target = Target });
            var plan = PlanBuilder.Build(await ManifestReader.ReadAsync(direct, Archive.BackupId, CancellationToken.None), options);
            await using var storage = S3Storage.Open(Storage);
            await using var cluster = new TargetCluster(Target, Soon);
            var probe = TargetProbes.TryOpen(Target);
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                return await new PreflightCheck(plan, options, storage, cluster, TimeProvider.System, probe: probe, depth: Depth).RunAsync(patience.Token);
            }
            finally
            {
                if (probe is not null)
                {
                    await probe.DisposeAsync();
                }
            }
        }
    }

    /// <summary>Puts a proxy before the S3 server, for the check alone.</summary>
    public void ThroughProxy(Func<string, string, bool> refuses, string? storageClass = null)
    {
        var proxy = new S3Proxy(new Uri(S3Server.Shared.Endpoint), refuses, storageClass);
        _owned.Add(proxy);
        Storage = Storage with { Endpoint = proxy.Endpoint };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned)
        {
            await owned.DisposeAsync();
        }
    }

    private static (string Topic, StageArchive Archive) NewTopic(string hint)
    {
        var name = KafkaBroker.NewTopicName(hint);
        return (name, new StageArchive(name));
    }

    private async Task AllowAsync(AclOperation[] operations)
    {
        if (operations.Length == 0)
        {
            return;
        }

        using var admin = Admin();
        await admin.CreateAclsAsync(operations.Select(operation => new AclBinding
        {
            Pattern = new ResourcePattern { Type = ResourceType.Topic, Name = Topic, ResourcePatternType = ResourcePatternType.Literal },
            Entry = new AccessControlEntry { Principal = "User:alice", Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow },
        }));
    }

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _cluster.BootstrapServers }).SetLogHandler(static (_, _) => { }).Build();

    private sealed class NoObserver : ISinkObserver
    {
        public void Acknowledged(in SinkAck ack)
        {
        }

        public void Troubled(string? why)
        {
        }
    }
}
