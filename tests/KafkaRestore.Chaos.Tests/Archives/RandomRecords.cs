using System.Text;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Archives;

/// <summary>
/// Records of which no two are alike, so that one that is lost, repeated or moved shows: with holes between their offsets, times out of order, nulls and
/// empties, repeated headers. Header keys are UTF-8, because the dump shows them as text.
/// </summary>
internal static class RandomRecords
{
    /// <summary>How far times stray from their order, either way.</summary>
    public const long JitterMilliseconds = 600_000;

    private const int MostValueBytes = 300;

    /// <summary>The records of a partition.</summary>
    public static IReadOnlyList<RecordData> Of(Random random, string topic, int partition, int count)
    {
        var records = new List<RecordData>(count);
        long offset = random.Next(2) == 0 ? 0 : random.Next(1, 500);
        for (var i = 0; i < count; i++)
        {
            records.Add(One(random, $"{topic}/{partition}/{offset}", offset, TestRecords.SomeTime + (i * 1_000L)));
            offset += random.Next(10) == 0 ? random.Next(2, 20) : 1;
        }

        return records;
    }

    private static RecordData One(Random random, string name, long offset, long time)
    {
        // The name is in the key or in a header; the value may then be anything.
        var key = random.Next(4) == 0 ? null : Encoding.UTF8.GetBytes(name);
        List<HeaderData> headers = key is null ? [TestRecords.Header("name", Encoding.UTF8.GetBytes(name))] : [];
        for (var more = random.Next(8) == 0 ? random.Next(1, 4) : 0; more > 0; more--)
        {
            headers.Add(TestRecords.Header(random.Next(2) == 0 ? "again" : "ключ", random.Next(3) == 0 ? null : TestRecords.Bytes(random.Next(9), random.Next())));
        }

        var value = random.Next(12) switch
        {
            0 => null,
            1 => [],
            _ => TestRecords.Bytes(random.Next(1, MostValueBytes), random.Next()),
        };
        var timestamp = random.Next(200) switch
        {
            0 => -1,
            1 => 0,
            _ => time + random.NextInt64(-JitterMilliseconds, JitterMilliseconds),
        };
        return new RecordData(offset, timestamp, key, value, headers);
    }
}
