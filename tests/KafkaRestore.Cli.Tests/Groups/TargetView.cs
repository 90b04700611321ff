using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Groups;

/// <summary>The target as the official client reads it; each topic is read once.</summary>
internal sealed class TargetView(string bootstrapServers)
{
    private readonly Dictionary<string, IReadOnlyDictionary<int, IReadOnlyList<ConsumedRecord>>> _topics = [];

    /// <summary>The records of a partition in offset order.</summary>
    public async Task<IReadOnlyList<ConsumedRecord>> RecordsAsync(string topic, int partition)
    {
        if (!_topics.TryGetValue(topic, out var partitions))
        {
            _topics.Add(topic, partitions = await ConsumedRecordDump.ReadAsync(bootstrapServers, topic));
        }

        return partitions.GetValueOrDefault(partition, []);
    }

    /// <summary>The first record at or behind an offset; null when there is none.</summary>
    public async Task<ConsumedRecord?> FirstFromAsync(string topic, int partition, long offset) => (await RecordsAsync(topic, partition)).FirstOrDefault(record => record.Offset >= offset);
}
