using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Client;

namespace KafkaRestore.Cli.Demo;

/// <summary>Where the demo restores to: a broker in this process, or one that was given.</summary>
internal sealed class DemoTarget : IDisposable
{
    private readonly EmbeddedCluster? _embedded;

    private DemoTarget(EmbeddedCluster? embedded, string bootstrapServers)
    {
        _embedded = embedded;
        Connection = new KafkaConnectionOptions { BootstrapServers = bootstrapServers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) };
    }

    /// <summary>How to reach it.</summary>
    public KafkaConnectionOptions Connection { get; }

    /// <summary>What it is, in words.</summary>
    public string Description => _embedded is null ? $"the broker at {string.Join(",", Connection.BootstrapServers)}" : "an embedded broker (librdkafka's mock cluster)";

    /// <summary>Whether a restore may create topics in it through the protocol.</summary>
    public bool CreatesTopics => _embedded is null;

    /// <summary>The given brokers, or an embedded one when none are given.</summary>
    public static DemoTarget Open(string? bootstrapServers)
    {
        if (!string.IsNullOrWhiteSpace(bootstrapServers))
        {
            return new DemoTarget(null, bootstrapServers);
        }

        var embedded = new EmbeddedCluster();
        return new DemoTarget(embedded, embedded.BootstrapServers);
    }

    /// <summary>Makes the topics of a plan where the restore itself cannot.</summary>
    public void Prepare(RestorePlan plan)
    {
        foreach (var topic in plan.Topics)
        {
            _embedded?.CreateTopic(topic.Name, topic.PartitionsToCreate);
        }
    }

    /// <summary>Names of their own in a given cluster, so that nothing of it is touched and the demo can be run again.</summary>
    public async Task<IReadOnlyDictionary<string, string>> TopicNamesAsync(IArchiveStorage storage, string backupId, CancellationToken cancellationToken)
    {
        if (_embedded is not null)
        {
            return new Dictionary<string, string>();
        }

        var manifest = await ManifestReader.ReadAsync(storage, backupId, cancellationToken).ConfigureAwait(false);
        var run = Guid.NewGuid().ToString("N")[..8];
        return manifest.Topics.ToDictionary(topic => topic.Name, topic => $"demo-{run}-{topic.Name}", StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose() => _embedded?.Dispose();
}
