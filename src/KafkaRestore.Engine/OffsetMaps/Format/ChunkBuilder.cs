using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Engine.OffsetMaps.Format;

/// <summary>Encodes runs into a chunk. Its memory grows up to the chunk's size and is then used again.</summary>
internal sealed class ChunkBuilder
{
    private const int FirstPayloadBytes = 512;
    private byte[] _payload = new byte[FirstPayloadBytes];
    private ChunkIndexEntry[] _index = new ChunkIndexEntry[1];
    private Fill _fill;

    /// <summary>Bytes of the runs so far.</summary>
    public int PayloadBytes => _fill.PayloadBytes;

    /// <summary>Adds a run, which begins at or after the end of the last one on both axes.</summary>
    public void Add(OffsetRun run)
    {
        if (_payload.Length - _fill.PayloadBytes < RunEncoding.MaxBytes)
        {
            Array.Resize(ref _payload, _payload.Length * 2);
        }

        if (_fill.Runs % ChunkHead.BlockRuns == 0)
        {
            BeginBlock(run);
        }

        _fill.PayloadBytes += RunEncoding.Write(_payload.AsSpan(_fill.PayloadBytes), run.Source - _fill.SourceEnd, run.Target - _fill.TargetEnd, run.Length);
        _fill.Runs++;
        _fill.Records += run.Length;
        _fill.SourceEnd = run.SourceEnd;
        _fill.TargetEnd = run.TargetEnd;
    }

    /// <summary>The chunk with the runs so far; the builder is as before.</summary>
    public byte[] Build(bool isTail, int number, uint previous, out uint identity)
    {
        var head = new ChunkHead
        {
            IsTail = isTail,
            Number = number,
            Runs = _fill.Runs,
            FirstSource = _fill.Runs == 0 ? 0 : _index[0].Source,
            SourceEnd = _fill.SourceEnd,
            FirstTarget = _fill.Runs == 0 ? 0 : _index[0].Target,
            TargetEnd = _fill.TargetEnd,
            Records = _fill.Records,
            PayloadBytes = _fill.PayloadBytes,
            Previous = previous,
            BodyChecksum = 0,
        };
        var chunk = GC.AllocateUninitializedArray<byte>(head.TotalBytes);
        for (var i = 0; i < head.Blocks; i++)
        {
            _index[i].Write(chunk.AsSpan(ChunkHead.Bytes + (i * ChunkIndexEntry.Bytes)));
        }

        _payload.AsSpan(0, _fill.PayloadBytes).CopyTo(chunk.AsSpan(head.PayloadStart));
        head = head with { BodyChecksum = Crc32C.Of(chunk.AsSpan(ChunkHead.Bytes)) };
        identity = head.Write(chunk);
        return chunk;
    }

    /// <summary>The chunk with one more run; the builder is as before.</summary>
    public byte[] BuildWith(OffsetRun last, bool isTail, int number, uint previous)
    {
        var before = _fill;
        Add(last);
        var chunk = Build(isTail, number, previous, out _);
        _fill = before;
        return chunk;
    }

    /// <summary>Begins the next chunk.</summary>
    public void Clear() => _fill = default;

    private void BeginBlock(OffsetRun run)
    {
        var block = _fill.Runs / ChunkHead.BlockRuns;
        if (block == _index.Length)
        {
            Array.Resize(ref _index, _index.Length * 2);
        }

        _index[block] = new ChunkIndexEntry(run.Source, run.Target, _fill.Records, _fill.PayloadBytes);
        _fill.SourceEnd = run.Source;
        _fill.TargetEnd = run.Target;
    }

    private struct Fill
    {
        public int PayloadBytes;
        public int Runs;
        public long Records;
        public long SourceEnd;
        public long TargetEnd;
    }
}
