using System.Text.Json;

namespace KafkaRestore.Cli.Tests.Support;

/// <summary>Compares JSON with that of another program: what it has must be here, under the same name and of the same type.</summary>
internal static class JsonShape
{
    /// <summary>Where <paramref name="actual"/> lacks something of <paramref name="expected"/> or has another type; values are not compared.</summary>
    public static IEnumerable<string> Differences(JsonElement expected, JsonElement actual, string path = "$")
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            yield break; // says nothing of the type
        }

        if (Kind(expected) != Kind(actual))
        {
            yield return $"{path}: {actual.ValueKind} instead of {expected.ValueKind}";
            yield break;
        }

        var deeper = expected.ValueKind switch
        {
            JsonValueKind.Object => expected.EnumerateObject().SelectMany(field => actual.TryGetProperty(field.Name, out var found)
                ? Differences(field.Value, found, $"{path}.{field.Name}")
                : [$"{path}.{field.Name} is missing"]),
            JsonValueKind.Array when expected.GetArrayLength() > 0 => actual.GetArrayLength() == 0 ? [$"{path} is empty"]
                : actual.EnumerateArray().SelectMany((element, i) => Differences(expected[0], element, $"{path}[{i}]")),
            _ => [],
        };
        foreach (var difference in deeper)
        {
            yield return difference;
        }
    }

    /// <summary>Where values of <paramref name="expected"/> are not those of <paramref name="actual"/>; more fields are fine.</summary>
    public static IEnumerable<string> ValueDifferences(JsonElement expected, JsonElement actual, string path = "$") => expected.ValueKind switch
    {
        JsonValueKind.Object when actual.ValueKind == JsonValueKind.Object => expected.EnumerateObject().SelectMany(field => actual.TryGetProperty(field.Name, out var found)
            ? ValueDifferences(field.Value, found, $"{path}.{field.Name}")
            : [$"{path}.{field.Name} is missing"]),
        JsonValueKind.Array when actual.ValueKind == JsonValueKind.Array => expected.GetArrayLength() != actual.GetArrayLength()
            ? [$"{path}: {actual.GetArrayLength()} elements instead of {expected.GetArrayLength()}"]
            : expected.EnumerateArray().SelectMany((element, i) => ValueDifferences(element, actual[i], $"{path}[{i}]")),
        _ => expected.GetRawText() == actual.GetRawText() ? [] : [$"{path}: {actual.GetRawText()} instead of {expected.GetRawText()}"],
    };

    public static JsonElement Parse(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    private static JsonValueKind Kind(JsonElement element) => element.ValueKind == JsonValueKind.False ? JsonValueKind.True : element.ValueKind;
}
