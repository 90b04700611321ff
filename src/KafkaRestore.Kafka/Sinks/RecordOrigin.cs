using System.Buffers;
using System.Buffers.Binary;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Sinks;

/// <summary>Notes where the records of a batch come from and what the last of them look like, for its acknowledgement. Used by one thread at a time.</summary>
internal sealed class RecordOrigin : IDisposable
{
    /// <summary>How many of the last records are fingerprinted.</summary>
    public const int MostDigests = 64;

    private const int OffsetAt = 12;

    private SourceRun[] _runs = ArrayPool<SourceRun>.Shared.Rent(4);
    private int _runCount;
    private readonly uint[] _digests = new uint[MostDigests];
    private int _digestCount;

    /// <param name="source">Which of the lane's sources the records come from.</param>
    public RecordOrigin(int source) => Source = source;

    /// <summary>Which of the lane's sources the records come from.</summary>
    public int Source { get; }

    /// <summary>The source offsets, ascending; no two runs touch.</summary>
    public ReadOnlyMemory<SourceRun> Runs => _runs.AsMemory(0, _runCount);

    /// <summary>Fingerprints of the last records, as far as they are known.</summary>
    public ReadOnlyMemory<uint> Digests => _digests.AsMemory(0, _digestCount);

    /// <summary>The first source offset; there must be one.</summary>
    public long First => _runs[0].First;

    /// <summary>Notes one record more.</summary>
    public void Add(long offset, uint digest)
    {
        AddOffsets(offset, 1);
        if (_digestCount == MostDigests)
        {
            MakeRoom(1);
        }

        _digests[_digestCount++] = digest;
    }

    /// <summary>Notes the next <paramref name="count"/> records, which take all of <paramref name="records"/>, in the archive's layout.</summary>
    public void Add(ReadOnlySpan<byte> records, int count)
    {
        var digested = Math.Min(count, MostDigests);
        MakeRoom(digested);
        var passed = count - digested;
        var first = 0L;
        var length = 0;
        for (var i = 0; i < count; i++)
        {
            var offset = BinaryPrimitives.ReadInt64LittleEndian(records[OffsetAt..]);
            if (offset != first + length)
            {
                AddOffsets(first, length);
                first = offset;
                length = 0;
            }

            length++;
            if (i >= passed)
            {
                _digests[_digestCount++] = RecordDigest.Of(RecordView.At(records));
            }

            records = records[(4 + (int)BinaryPrimitives.ReadUInt32LittleEndian(records))..];
        }

        AddOffsets(first, length);
    }

    /// <summary>Gives the first <paramref name="count"/> records, and the others; this one must not be used afterwards.</summary>
    public (RecordOrigin First, RecordOrigin Second) Split(int count)
    {
        var first = new RecordOrigin(Source);
        var second = new RecordOrigin(Source);
        var left = count;
        foreach (var run in Runs.Span)
        {
            var taken = Math.Min(left, run.Count);
            first.AddOffsets(run.First, taken);
            second.AddOffsets(run.First + taken, run.Count - taken);
            left -= taken;
        }

        // What is known of the end belongs to the second part; should it hold fewer records, the rest is the end of the first.
        var behind = Math.Min(second.CountRecords(), _digestCount);
        second.TakeDigests(_digests.AsSpan(_digestCount - behind, behind));
        first.TakeDigests(_digests.AsSpan(0, _digestCount - behind));
        Dispose();
        return (first, second);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_runs.Length > 0)
        {
            ArrayPool<SourceRun>.Shared.Return(_runs);
            _runs = [];
            _runCount = 0;
        }
    }

    private int CountRecords()
    {
        var count = 0;
        foreach (var run in Runs.Span)
        {
            count += run.Count;
        }

        return count;
    }

    private void AddOffsets(long first, int count)
    {
        if (count == 0)
        {
            return;
        }

        if (_runCount > 0 && _runs[_runCount - 1] is var last && last.First + last.Count == first)
        {
            _runs[_runCount - 1] = last with { Count = last.Count + count };
            return;
        }

        if (_runCount == _runs.Length)
        {
            var larger = ArrayPool<SourceRun>.Shared.Rent(_runs.Length * 2);
            Runs.Span.CopyTo(larger);
            ArrayPool<SourceRun>.Shared.Return(_runs);
            _runs = larger;
        }

        _runs[_runCount++] = new SourceRun(first, count);
    }

    private void MakeRoom(int digests)
    {
        var dropped = Math.Max(0, _digestCount + digests - MostDigests);
        if (dropped > 0)
        {
            _digests.AsSpan(dropped, _digestCount - dropped).CopyTo(_digests);
            _digestCount -= dropped;
        }
    }

    private void TakeDigests(ReadOnlySpan<uint> digests)
    {
        digests.CopyTo(_digests);
        _digestCount = digests.Length;
    }
}
