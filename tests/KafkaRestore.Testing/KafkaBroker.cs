using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Testing;

/// <summary>
/// A cluster for tests: the one that <c>KAFKA_BOOTSTRAP</c> names, else one of the launcher that <c>KAFKA_RESTORE_TEST_KAFKA</c>
/// names, else librdkafka's mock cluster in this process.
/// </summary>
public abstract class KafkaBroker : IAsyncDisposable
{
    private static readonly Lazy<Task<KafkaBroker>> Process = new(FindAsync);
    private static int _topics;

    /// <summary>The cluster that all tests of this process share; started by the first who asks, ended with the process.</summary>
    public static Task<KafkaBroker> SharedAsync() => Process.Value;

    /// <summary>Where to reach it without TLS or authentication.</summary>
    public abstract string BootstrapServers { get; }

    /// <summary>Whether it is Apache Kafka and not the mock.</summary>
    public virtual bool IsReal => true;

    /// <summary>How our code reaches it.</summary>
    public KafkaConnectionOptions Connection => new() { BootstrapServers = BootstrapServers.Split(',') };

    /// <summary>A topic name that no other test uses.</summary>
    public static string NewTopicName(string hint = "topic") => $"{hint}-{Environment.ProcessId}-{Environment.TickCount64 % 1_000_000}-{Interlocked.Increment(ref _topics)}";

    /// <summary>Creates a topic of its own for a test and gives its name, once it can be written.</summary>
    public virtual async Task<string> CreateTopicAsync(int partitions = 1, IReadOnlyDictionary<string, string>? configuration = null, short replicationFactor = -1)
    {
        var name = NewTopicName();
        await using var cluster = new TargetCluster(Connection);
        await cluster.CreateTopicsAsync([new TopicToCreate(name, partitions, replicationFactor, configuration ?? new Dictionary<string, string>())], CancellationToken.None);
        return name;
    }

    /// <summary>The records of a partition, as they stand in the log now.</summary>
    public Task<IReadOnlyList<ConsumedRecord>> ReadAsync(string topic, int partition = 0) =>
        Task.Run(() => ConsumedRecordReader.Read(BootstrapServers, topic, partition));

    /// <summary>Runs an official tool of the launcher's against the plain listener, and gives what it printed.</summary>
    public Task<string> ToolAsync(string tool, params string[] arguments) =>
        KafkaBrokerLauncher.RunAsync(["tool", tool, "--bootstrap-server", BootstrapServers, .. arguments]);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private static async Task<KafkaBroker> FindAsync()
    {
        if (KafkaFactConditions.Bootstrap is { } bootstrap)
        {
            return new GivenBroker(bootstrap);
        }

        return KafkaFactConditions.Launcher is null ? new MockCluster() : await KafkaBrokerLauncher.StartAsync();
    }

    private sealed class GivenBroker(string bootstrapServers) : KafkaBroker
    {
        public override string BootstrapServers => bootstrapServers;
    }
}
