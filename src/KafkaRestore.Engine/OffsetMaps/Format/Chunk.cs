using System.Runtime.CompilerServices;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Engine.OffsetMaps.Format;

/// <summary>A chunk or tail as bytes whose checksums are good; decoded block by block when asked.</summary>
internal sealed class Chunk
{
    private readonly byte[] _bytes;
    private readonly string _where;

    private Chunk(ChunkHead head, byte[] bytes, string where)
    {
        Head = head;
        _bytes = bytes;
        _where = where;
    }

    /// <summary>What it covers.</summary>
    public ChunkHead Head { get; }

    /// <summary>Bytes that it holds in memory.</summary>
    public int Bytes => _bytes.Length;

    /// <summary>Takes the first <paramref name="length"/> bytes as a chunk after checking them.</summary>
    /// <exception cref="Records.Errors.RestoreException">STATE_CORRUPT.</exception>
    public static Chunk Parse(byte[] bytes, int length, bool isTail, int number, string where)
    {
        var head = ChunkHead.Read(bytes.AsSpan(0, length), isTail, number, where);
        if (head.TotalBytes != length)
        {
            throw OffsetMapDamage.Corrupt(where, $"it has {length} bytes{(length > head.TotalBytes ? " or more" : "")}, its head says {head.TotalBytes}");
        }

        return Crc32C.Of(bytes.AsSpan(ChunkHead.Bytes..length)) == head.BodyChecksum
            ? new Chunk(head, bytes, where)
            : throw OffsetMapDamage.Corrupt(where, "the checksum of its body is wrong");
    }

    /// <summary>The first record at or after <paramref name="value"/> on <paramref name="axis"/>, which lies before the chunk's end and not before its first record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // see RunCursor
    public FoundRecord Find(OffsetAxis axis, long value)
    {
        var cursor = new RunCursor(this, BlockOf(axis, value));
        while (cursor.MoveNext())
        {
            var run = cursor.Current;
            var start = axis == OffsetAxis.Source ? run.Source : run.Target;
            if (start + run.Length > value)
            {
                var into = Math.Max(value - start, 0);
                return new FoundRecord(run.Source + into, run.Target + into, cursor.RecordsBefore + into);
            }
        }

        throw Damage("its runs end before its head says so");
    }

    /// <summary>The runs, all in order.</summary>
    public RunCursor Runs() => new(this, 0);

    internal ReadOnlySpan<byte> Payload => _bytes.AsSpan(Head.PayloadStart, Head.PayloadBytes);

    internal ChunkIndexEntry Block(int number) => ChunkIndexEntry.Read(_bytes.AsSpan(ChunkHead.Bytes + (number * ChunkIndexEntry.Bytes)));

    internal Exception Damage(string what) => OffsetMapDamage.Corrupt(_where, what);

    /// <summary>The last block that begins at or before the value.</summary>
    private int BlockOf(OffsetAxis axis, long value)
    {
        int low = 0, high = Head.Blocks - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >> 1;
            var entry = Block(middle);
            if ((axis == OffsetAxis.Source ? entry.Source : entry.Target) <= value)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }
}
