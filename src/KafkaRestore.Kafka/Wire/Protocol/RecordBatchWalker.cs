using System.Buffers.Binary;

namespace KafkaRestore.Kafka.Wire.Protocol;

/// <summary>Walks over the record batches in fetched bytes, header by header. Checksums and records are not looked at.</summary>
/// <param name="bytes">What a broker sent of a partition.</param>
internal ref struct RecordBatchWalker(ReadOnlySpan<byte> bytes)
{
    private const int LengthAt = 8;
    private const int LengthEnd = 12;
    private const int MagicAt = 16;

    // A message of version 0 without key and value: checksum, magic, attributes and two lengths.
    private const int LeastLength = 14;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The whole current batch, its header included.</summary>
    public ReadOnlySpan<byte> Batch { get; private set; }

    /// <summary>Goes to the next batch.</summary>
    /// <param name="header">Its header, when there is one.</param>
    /// <exception cref="WireFormatException">The bytes are no batches.</exception>
    public RecordBatchStep Next(out RecordBatchHeader header)
    {
        header = default;
        Batch = default;
        if (_rest.Length <= MagicAt)
        {
            return RecordBatchStep.End;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_rest[LengthAt..]);
        if (length < LeastLength)
        {
            throw new WireFormatException($"a batch has a length of {length}");
        }

        switch (_rest[MagicAt])
        {
            case 0 or 1:
                return RecordBatchStep.NotSupported;
            case 2 when length < RecordBatchHeader.HeaderBytes - LengthEnd:
                throw new WireFormatException($"a batch has a length of {length}");
            case 2:
                break;
            default:
                throw new WireFormatException($"a batch has the format version {_rest[MagicAt]}");
        }

        if (length > _rest.Length - LengthEnd)
        {
            return RecordBatchStep.End;
        }

        Batch = _rest[..(LengthEnd + length)];
        _rest = _rest[Batch.Length..];
        header = RecordBatchHeader.Read(Batch);
        return RecordBatchStep.Batch;
    }
}

/// <summary>What a step of a <see cref="RecordBatchWalker"/> came to.</summary>
internal enum RecordBatchStep
{
    /// <summary>A batch.</summary>
    Batch,

    /// <summary>The end: nothing is left, or a batch that was cut off.</summary>
    End,

    /// <summary>A message set of the formats before Kafka 0.11, which this client does not read; nor what comes after it.</summary>
    NotSupported,
}
