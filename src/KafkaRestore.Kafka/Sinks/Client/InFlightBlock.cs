using System.Buffers;
using System.Runtime.InteropServices;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Sinks.Client;

/// <summary>What is kept of a block after its memory has gone back: enough to acknowledge any prefix of it.</summary>
internal sealed class InFlightBlock(int source, int count)
{
    private readonly SentRecord[] _records = ArrayPool<SentRecord>.Shared.Rent(count);
    private readonly RecordOrigin _origin = new(source);
    private long _acknowledgedBytes;

    /// <summary>Records acknowledged so far.</summary>
    internal int Acknowledged { get; private set; }

    internal bool IsComplete => Acknowledged == count;

    /// <summary>The record that the next acknowledgement is for.</summary>
    internal ref readonly SentRecord Next => ref _records[Acknowledged];

    /// <summary>Notes record <paramref name="index"/> before it is handed to the client.</summary>
    internal void Note(int index, RecordView record) =>
        _records[index] = new SentRecord(record.Offset, record.Timestamp, record.Encoded.Length, RecordDigest.Of(record));

    internal void Acknowledge()
    {
        _acknowledgedBytes += Next.Bytes;
        _origin.Add(Next.Offset, Next.Digest);
        Acknowledged++;
    }

    /// <summary>The acknowledgement of the records so far, which end before <paramref name="targetEnd"/>.</summary>
    internal SinkAck ToAck(long targetEnd)
    {
        var (first, last) = (_records[0].Timestamp, _records[Acknowledged - 1].Timestamp);
        return new SinkAck(source, Acknowledged, _acknowledgedBytes, _origin.Runs, targetEnd - Acknowledged, first, last, _origin.Digests);
    }

    /// <summary>Gives the notes back; the block must not be used after it.</summary>
    internal void Release()
    {
        ArrayPool<SentRecord>.Shared.Return(_records);
        _origin.Dispose();
    }
}

/// <summary>What is kept of a record in flight.</summary>
/// <param name="Offset">Source offset.</param>
/// <param name="Timestamp">Epoch milliseconds.</param>
/// <param name="Bytes">Encoded size.</param>
/// <param name="Digest">Its fingerprint.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SentRecord(long Offset, long Timestamp, int Bytes, uint Digest);
