using System.Globalization;
using System.Text.Json;
using KafkaRestore.Offsets.Sources;
using KafkaRestore.Testing;

namespace KafkaRestore.Offsets.Tests.Sources;

/// <summary>What groups have really committed, as <c>group topic/partition offset</c> lines.</summary>
internal static class Expected
{
    public static string File(params string[] parts) => Path.Combine([Golden.Root, .. parts]);

    public static IReadOnlyList<string> Lines(SourceGroups groups) =>
        [.. groups.Groups.SelectMany(group => group.Offsets.Select(commit => Line(group.Group, commit.Partition.ToString(), commit.Offset))).Order(StringComparer.Ordinal)];

    /// <summary>From <c>{group: {topic: {partition: offset}}}</c>; -1 is left out.</summary>
    public static IReadOnlyList<string> Lines(JsonElement groups) =>
        [.. (from named in groups.EnumerateObject()
             from topic in named.Value.EnumerateObject()
             from partition in topic.Value.EnumerateObject()
             let offset = partition.Value.ValueKind == JsonValueKind.Object ? partition.Value.GetProperty("offset").GetInt64() : partition.Value.GetInt64()
             where offset >= 0
             select Line(named.Name, $"{topic.Name}/{partition.Name}", offset)).Order(StringComparer.Ordinal)];

    public static JsonElement Json(params string[] parts)
    {
        using var json = JsonDocument.Parse(System.IO.File.ReadAllText(File(parts)));
        return json.RootElement.Clone();
    }

    public static string Line(string group, string partition, long offset) => string.Create(CultureInfo.InvariantCulture, $"{group} {partition} {offset}");
}
