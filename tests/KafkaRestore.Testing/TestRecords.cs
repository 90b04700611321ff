using System.Text;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Testing;

/// <summary>Records and blocks for tests.</summary>
public static class TestRecords
{
    /// <summary>1 January 2024, epoch milliseconds.</summary>
    public const long SomeTime = 1_704_067_200_000;

    /// <summary>The last millisecond of the year 9999.</summary>
    public const long Year9999 = 253_402_300_799_999;

    /// <summary>One record.</summary>
    public static RecordData Record(long offset, long timestamp = SomeTime, byte[]? key = null, byte[]? value = null, params HeaderData[] headers) =>
        new(offset, timestamp, key, value, headers);

    /// <summary>A header.</summary>
    public static HeaderData Header(string key, byte[]? value) => new(Encoding.UTF8.GetBytes(key), value);

    /// <summary>Ordinary records: key, value and two headers that name the offset.</summary>
    public static IReadOnlyList<RecordData> Ordinary(int count, long firstOffset = 0, int valueBytes = 64, long step = 1) =>
        [.. Enumerable.Range(0, count).Select(i => Ordinary(firstOffset + i * step, valueBytes))];

    /// <summary>Records that a careless writer changes, all of which the client can carry.</summary>
    public static IReadOnlyList<RecordData> Nasty(long firstOffset = 0)
    {
        byte[] one = [1];
        RecordData[] records =
        [
            Record(0, SomeTime, null, null),
            Record(0, SomeTime, [], []),
            Record(0, SomeTime, null, []),
            Record(0, SomeTime, [], null),
            Record(0, -1, one, one),
            Record(0, -2, one, one),
            Record(0, -5, one, one),
            Record(0, 1, one, one),
            Record(0, Year9999, one, one),
            Record(0, SomeTime - 1, one, one),
            Record(0, SomeTime, [0xff, 0xfe, 0x00], [0x00, 0xc3, 0x28]),
            Record(0, SomeTime, one, one, Header("null", null), Header("empty", []), Header("bytes", [0, 0xff])),
            Record(0, SomeTime, one, one, Header("twice", [1]), Header("other", [2]), Header("twice", [3]), Header("twice", [1])),
            Record(0, SomeTime, one, one, Header("", [1]), Header("", null)),
            Record(0, SomeTime, one, one, Header("ключ-鍵-🔑", Encoding.UTF8.GetBytes("значение"))),
            Record(0, SomeTime, one, one, [.. Enumerable.Range(0, 60).Select(i => Header($"h{i}", [(byte)i]))]),
            Record(0, SomeTime, one, one, Header("big", Bytes(40_000, 7))),
            Record(0, SomeTime, one, one, Header(new string('k', 5_000), one)),
            Record(0, SomeTime, Bytes(100_000, 8), one),
        ];
        return [.. records.Select((record, i) => record with { Offset = firstOffset + i })];
    }

    /// <summary>Bytes that do not compress, the same for the same seed.</summary>
    public static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Puts records into one block.</summary>
    public static RecordBlock Block(IReadOnlyCollection<RecordData> records, int source = 0, IDisposable? lease = null)
    {
        var length = records.Sum(RecordEncoder.SizeOf);
        var block = new RecordBlock(BufferPool.Shared.Rent(length), lease) { Source = source };
        var position = 0;
        foreach (var record in records)
        {
            position += RecordEncoder.Write(block.Memory[position..], record);
        }

        block.SetContent(records.Count, length);
        return block;
    }

    /// <summary>Puts records into blocks of <paramref name="perBlock"/>.</summary>
    public static IEnumerable<RecordBlock> Blocks(IEnumerable<RecordData> records, int perBlock, int source = 0) =>
        records.Chunk(perBlock).Select(chunk => Block(chunk, source));

    private static RecordData Ordinary(long offset, int valueBytes) => Record(
        offset,
        SomeTime + offset,
        Encoding.UTF8.GetBytes($"key-{offset}"),
        Bytes(valueBytes, (int)offset),
        Header("trace-id", Encoding.UTF8.GetBytes($"trace-{offset}")),
        Header("kind", "test"u8.ToArray()));
}
