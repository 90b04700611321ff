using KafkaRestore.Records.Layout;

namespace KafkaRestore.Testing;

/// <summary>Records for archives: plain ones, and ones with everything odd that Kafka allows; the same for the same seed.</summary>
public static class ArchiveBuilderRecords
{
    /// <summary>Ordinary records with consecutive offsets.</summary>
    public static IEnumerable<RecordData> Plain(int count, long firstOffset = 0, int valueBytes = 20)
    {
        for (var i = 0; i < count; i++)
        {
            var value = new byte[valueBytes];
            for (var j = 0; j < valueBytes; j++)
            {
                value[j] = (byte)('a' + ((i + (j / 7)) % 26));
            }

            yield return new RecordData(firstOffset + i, 1_700_000_000_000 + i, [(byte)'k', (byte)(i % 10)], value, [new HeaderData("h"u8.ToArray(), [(byte)i])]);
        }
    }

    /// <summary>Odd records with ascending offsets and holes between them.</summary>
    public static IReadOnlyList<RecordData> Odd(int seed, int count)
    {
        var random = new Random(seed);
        var offset = random.NextInt64(0, random.Next(2) == 0 ? 10 : 1L << 40);
        var records = new List<RecordData>();
        for (var i = 0; i < count; i++)
        {
            records.Add(Odd(random, offset));
            offset += random.Next(4) == 0 ? random.Next(1, 10_000) : 1;
        }

        return records;
    }

    /// <summary>A record that may have nulls, empties, bytes that are no text, duplicate headers and any timestamp.</summary>
    public static RecordData Odd(Random random, long offset)
    {
        var headers = new List<HeaderData>();
        for (var left = random.Next(3) == 0 ? random.Next(6) : 0; left > 0; left--)
        {
            headers.Add(random.Next(3) == 0 && headers.Count > 0 ? headers[^1] : new HeaderData(Bytes(random, 12) ?? [], Bytes(random, 30)));
        }

        var timestamp = random.Next(6) switch { 0 => -1, 1 => 0, 2 => long.MinValue, 3 => long.MaxValue, 4 => -random.NextInt64(), _ => 1_700_000_000_000 + offset };
        return new RecordData(offset, timestamp, Bytes(random, 20), Bytes(random, random.Next(20) == 0 ? 3000 : 100), headers);
    }

    private static byte[]? Bytes(Random random, int most)
    {
        switch (random.Next(5))
        {
            case 0:
                return null;
            case 1:
                return [];
            default:
                var bytes = new byte[random.Next(1, most)];
                random.NextBytes(bytes);
                return bytes;
        }
    }
}
