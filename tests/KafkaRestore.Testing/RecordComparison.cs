using System.Text;
using KafkaRestore.Records.Layout;
using Xunit;

namespace KafkaRestore.Testing;

/// <summary>Compares records byte for byte and says in words where they differ.</summary>
public static class RecordComparison
{
    /// <summary>Null when equal in timestamp, key, value and headers (and offset, when asked); else the difference.</summary>
    public static string? Difference(RecordData expected, RecordData actual, bool offsets = true)
    {
        if (offsets && expected.Offset != actual.Offset)
        {
            return $"offset {actual.Offset}, expected {expected.Offset}";
        }

        if (expected.Timestamp != actual.Timestamp)
        {
            return $"timestamp {actual.Timestamp}, expected {expected.Timestamp}";
        }

        if (!Same(expected.Key, actual.Key))
        {
            return $"key {Show(actual.Key)}, expected {Show(expected.Key)}";
        }

        if (!Same(expected.Value, actual.Value))
        {
            return $"value {Show(actual.Value)}, expected {Show(expected.Value)}";
        }

        var (a, b) = (ShowHeaders(expected.Headers), ShowHeaders(actual.Headers));
        return a == b ? null : $"headers {b}, expected {a}";
    }

    /// <summary>Fails with the first difference, its position and both counts.</summary>
    public static void AssertEqual(IReadOnlyList<RecordData> expected, IReadOnlyList<RecordData> actual, string what, bool offsets = true)
    {
        for (var i = 0; i < Math.Min(expected.Count, actual.Count); i++)
        {
            var difference = Difference(expected[i], actual[i], offsets);
            Assert.True(difference is null, $"{what}: record {i} (source offset {expected[i].Offset}): {difference}");
        }

        Assert.True(expected.Count == actual.Count, $"{what}: {actual.Count} records, expected {expected.Count}");
    }

    private static bool Same(byte[]? a, byte[]? b) => a is null ? b is null : b is not null && a.AsSpan().SequenceEqual(b);

    private static string ShowHeaders(IReadOnlyList<HeaderData> headers) =>
        string.Join(", ", headers.Select(header => $"{Convert.ToHexString(header.Key)}={(header.Value is null ? "null" : Convert.ToHexString(header.Value))}"));

    private static string Show(byte[]? bytes) =>
        bytes is null ? "null" : $"{bytes.Length} bytes '{Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 40)))}'";
}
