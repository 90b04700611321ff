using System.Text.Json;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Groups;

/// <summary>A golden source cluster as it was: its records and what its groups had committed.</summary>
internal sealed class SourceView(string set)
{
    private readonly Dictionary<(string, int), IReadOnlyList<RecordData>> _records = [];

    /// <summary>Every group of the set with its commits, read from the archive's own snapshot.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<(string Topic, int Partition), long>> Groups { get; } = ReadGroups(set);

    /// <summary>The records of a partition in offset order.</summary>
    public IReadOnlyList<RecordData> Records(string topic, int partition)
    {
        if (!_records.TryGetValue((topic, partition), out var records))
        {
            _records.Add((topic, partition), records = Golden.Expected(Golden.ExpectedSet(set), topic, partition));
        }

        return records;
    }

    /// <summary>The first record that a group had not read; null when it had read all.</summary>
    public RecordData? FirstUnread(string topic, int partition, long committed) => Records(topic, partition).FirstOrDefault(record => record.Offset >= committed);

    private static Dictionary<string, IReadOnlyDictionary<(string, int), long>> ReadGroups(string set)
    {
        using var snapshot = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Golden.Backups, set, "consumer-groups-snapshot.json")));
        return snapshot.RootElement.GetProperty("groups").EnumerateArray().ToDictionary(
            group => group.GetProperty("group_id").GetString()!,
            group => (IReadOnlyDictionary<(string, int), long>)group.GetProperty("offsets").EnumerateObject()
                .SelectMany(topic => topic.Value.EnumerateObject(), (topic, partition) => (topic.Name, int.Parse(partition.Name, System.Globalization.CultureInfo.InvariantCulture), partition.Value.GetInt64()))
                .ToDictionary(commit => (commit.Name, commit.Item2), commit => commit.Item3));
    }
}
