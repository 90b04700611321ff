using System.Buffers;
using System.Runtime.InteropServices;

namespace KafkaRestore.Kafka.Sinks.Client;

/// <summary>What is kept of a block after its memory has gone back: enough to acknowledge any prefix of it.</summary>
internal sealed class InFlightBlock(int source, int count)
{
    private readonly SentRecord[] _records = ArrayPool<SentRecord>.Shared.Rent(count);
    private long _acknowledgedBytes;

    /// <summary>Records acknowledged so far.</summary>
    internal int Acknowledged { get; private set; }

    internal bool IsComplete => Acknowledged == count;

    /// <summary>The record that the next acknowledgement is for.</summary>
    internal ref readonly SentRecord Next => ref _records[Acknowledged];

    /// <summary>Notes record <paramref name="index"/> before it is handed to the client.</summary>
    internal void Note(int index, long offset, long timestamp, int bytes) => _records[index] = new SentRecord(offset, timestamp, bytes);

    internal void Acknowledge()
    {
        _acknowledgedBytes += Next.Bytes;
        Acknowledged++;
    }

    /// <summary>The acknowledgement of the records so far, which end before <paramref name="targetEnd"/>.</summary>
    internal SinkAck ToAck(long targetEnd)
    {
        ref readonly var first = ref _records[0];
        ref readonly var last = ref _records[Acknowledged - 1];
        return new SinkAck(source, Acknowledged, _acknowledgedBytes, first.Offset, last.Offset, targetEnd - Acknowledged, first.Timestamp, last.Timestamp);
    }

    /// <summary>Gives the notes back; the block must not be used after it.</summary>
    internal void Release() => ArrayPool<SentRecord>.Shared.Return(_records);
}

/// <summary>What is kept of a record in flight.</summary>
/// <param name="Offset">Source offset.</param>
/// <param name="Timestamp">Epoch milliseconds.</param>
/// <param name="Bytes">Encoded size.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SentRecord(long Offset, long Timestamp, int Bytes);
