using System.Globalization;
using System.Text.RegularExpressions;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Groups;

/// <summary>What groups have committed, as Kafka's own tool prints it: a reader that shares nothing with the code under test.</summary>
internal static partial class CommittedOffsets
{
    /// <summary>Of all groups, by group, topic and partition; partitions without a commit are left out. Names of groups hold no blanks.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<(string Topic, int Partition), long>>> ReadAsync(KafkaBroker broker)
    {
        var text = await broker.ToolAsync("consumer-groups", "--describe", "--all-groups");
        return text.Split('\n').Select(line => Row().Match(line)).Where(static row => row.Success)
            .GroupBy(static row => row.Groups["group"].Value)
            .ToDictionary(
                static group => group.Key,
                static group => (IReadOnlyDictionary<(string, int), long>)group.ToDictionary(
                    static row => (row.Groups["topic"].Value, int.Parse(row.Groups["partition"].Value, CultureInfo.InvariantCulture)),
                    static row => long.Parse(row.Groups["offset"].Value, CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex(@"^(?<group>\S+)\s+(?<topic>\S+)\s+(?<partition>\d+)\s+(?<offset>\d+)\s+\S+\s+\S+\s")]
    private static partial Regex Row();
}
