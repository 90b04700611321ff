using System.Text;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Sources;

/// <summary>Collects what a reader finds, checks it, and puts it in order.</summary>
internal sealed class SourceGroupsBuilder(string where, SourceLimits limits)
{
    private const int LongestGroup = short.MaxValue; // a string of Kafka's protocol
    private const int LongestTopic = 249;

    private readonly Dictionary<string, Dictionary<PartitionName, SourceCommit>> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _topics = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<PartitionName>> _without = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];
    private int _commits;
    private int _furtherWarnings;

    /// <summary>When the offsets were read from the cluster.</summary>
    public DateTimeOffset? TakenAt { get; set; }

    public string Where => where;

    public SourceLimits Limits => limits;

    /// <summary>A group, whether or not it has committed anything.</summary>
    public void AddGroup(string group, string place)
    {
        if (_groups.ContainsKey(group))
        {
            return;
        }

        if (Encoding.UTF8.GetByteCount(group) > LongestGroup)
        {
            throw SourceDamage.Of(where, place, $"the name of a group is longer than {LongestGroup} bytes");
        }

        if (_groups.Count == limits.Groups)
        {
            throw SourceDamage.TooMuch(where, $"there are more than {Naming.Count(limits.Groups, "group")}");
        }

        _groups.Add(group, []);
    }

    /// <summary>A committed offset; -1 is none.</summary>
    /// <exception cref="RestoreException">GROUP_FILE_INVALID, naming the place.</exception>
    public void Add(string group, string topic, long partition, long offset, string? metadata, string place)
    {
        AddGroup(group, place);
        if (!IsTopic(topic))
        {
            throw SourceDamage.Of(where, place, $"'{Shown(topic)}' is no name of a topic");
        }

        if (partition is < 0 or > int.MaxValue)
        {
            throw SourceDamage.Of(where, place, $"{partition} is no number of a partition");
        }

        if (offset < -1)
        {
            throw SourceDamage.Of(where, place, $"{offset} is no offset");
        }

        var name = new PartitionName(Interned(topic), (int)partition);
        if (offset == -1)
        {
            AddNothingCommitted(group, name);
            return;
        }

        var commit = new SourceCommit(name, offset, string.IsNullOrEmpty(metadata) ? null : metadata);
        if (!_groups[group].TryAdd(name, commit))
        {
            if (_groups[group][name].Offset != offset)
            {
                throw SourceDamage.Of(where, place, $"{group} has two offsets in {name}: {_groups[group][name].Offset} and {offset}");
            }

            return;
        }

        if (++_commits > limits.Commits)
        {
            throw SourceDamage.TooMuch(where, $"there are more than {Naming.Count(limits.Commits, "committed offset")}");
        }
    }

    /// <summary>A partition that the source names and for which the group has committed nothing.</summary>
    public void AddNothingCommitted(string group, PartitionName partition)
    {
        if (!_without.TryGetValue(group, out var partitions))
        {
            _without.Add(group, partitions = []);
        }

        partitions.Add(partition);
    }

    /// <summary>Something that a person should know.</summary>
    public void Warn(string warning)
    {
        if (_warnings.Count < limits.Warnings)
        {
            _warnings.Add(warning);
        }
        else
        {
            _furtherWarnings++;
        }
    }

    /// <summary>Whether a group was found.</summary>
    public bool Has(string group) => _groups.ContainsKey(group);

    public bool IsEmpty => _groups.Count == 0;

    public SourceGroups Build()
    {
        foreach (var (group, partitions) in _without)
        {
            Warn($"{group} has committed nothing for {Naming.Of([.. partitions.Select(static partition => partition.ToString()).Distinct()])}");
        }

        var silent = _groups.Where(group => group.Value.Count == 0 && !_without.ContainsKey(group.Key)).Select(static group => group.Key).Order(StringComparer.Ordinal).ToList();
        if (silent.Count > 0)
        {
            Warn($"without any committed offset: {Naming.Of(silent)}");
        }

        if (_furtherWarnings > 0)
        {
            _warnings.Add($"and {Naming.Count(_furtherWarnings, "further warning")}");
        }

        return new SourceGroups(where, TakenAt, [.. _groups.OrderBy(static group => group.Key, StringComparer.Ordinal).Select(static group => new SourceGroup(group.Key, InOrder(group.Value.Values)))])
        {
            Warnings = _warnings,
        };
    }

    private static SourceCommit[] InOrder(IEnumerable<SourceCommit> commits) =>
        [.. commits.OrderBy(static commit => commit.Partition.Topic, StringComparer.Ordinal).ThenBy(static commit => commit.Partition.Partition)];

    private static bool IsTopic(string name) =>
        name.Length is > 0 and <= LongestTopic && name is not ("." or "..") && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static string Shown(string name) => name.Length <= 60 ? name : name[..60] + "…";

    private string Interned(string topic)
    {
        if (!_topics.TryGetValue(topic, out var known))
        {
            _topics.Add(topic, known = topic);
        }

        return known;
    }
}
