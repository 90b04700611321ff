using System.Buffers.Binary;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>Reads segments whole, and puts segments together by hand.</summary>
internal static class SegmentReading
{
    /// <summary>A reader that may take long only because it hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>All records and the accepted differences; whatever happens, the budget is free afterwards.</summary>
    public static async Task<(List<RecordData> Records, IReadOnlyList<string> Notes)> ReadAsync(
        IArchiveStorage storage, SegmentReference segment, SegmentReadOptions? options = null, MemoryBudget? budget = null)
    {
        budget ??= new MemoryBudget(64 << 20);
        var reader = new SegmentReader(storage, budget, options);
        try
        {
            return await ReadAsync(reader, segment).WaitAsync(Patience);
        }
        finally
        {
            Assert.Equal(0, budget.UsedBytes);
        }
    }

    /// <summary>All records and the accepted differences.</summary>
    public static async Task<(List<RecordData> Records, IReadOnlyList<string> Notes)> ReadAsync(SegmentReader reader, SegmentReference segment)
    {
        var reservation = await reader.Budget.ReserveAsync(reader.MemoryFor(segment), default);
        await using var open = await reader.OpenAsync(segment, reservation, default);
        var records = new List<RecordData>();
        await foreach (var block in open.Blocks)
        {
            using (block)
            {
                var count = 0;
                foreach (var record in block)
                {
                    records.Add(RecordData.From(record));
                    count++;
                }

                Assert.Equal(block.Count, count);
                Assert.NotEqual(0, count);
            }
        }

        return (records, open.Notes);
    }

    /// <summary>Header, payload and a footer that fits them.</summary>
    public static byte[] Assemble(SegmentHeader header, ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[SegmentHeader.SmallestSegment + payload.Length];
        header.Write(bytes);
        payload.CopyTo(bytes.AsSpan(SegmentHeader.Size));
        WriteFooter(bytes);
        return bytes;
    }

    /// <summary>Corrects the checksum in the last 8 bytes.</summary>
    public static void WriteFooter(byte[] bytes)
    {
        var footer = bytes.AsSpan(bytes.Length - SegmentHeader.FooterSize);
        BinaryPrimitives.WriteUInt32LittleEndian(footer, Crc32.Of(bytes.AsSpan(0, bytes.Length - SegmentHeader.FooterSize)));
        SegmentHeader.FooterMagic.CopyTo(footer[4..]);
    }

    /// <summary>The record area of some records.</summary>
    public static byte[] Area(IEnumerable<RecordData> records)
    {
        var area = new List<byte>();
        foreach (var record in records)
        {
            var bytes = new byte[RecordEncoder.SizeOf(record)];
            RecordEncoder.Write(bytes, record);
            area.AddRange(bytes);
        }

        return [.. area];
    }
}
