using System.Buffers.Binary;

namespace KafkaRestore.Records.Layout;

/// <summary>The headers of a record, in order; <c>foreach</c> goes through them without allocating.</summary>
public readonly ref struct RecordHeaders
{
    private readonly ReadOnlySpan<byte> _bytes;

    internal RecordHeaders(ReadOnlySpan<byte> bytes, int count)
    {
        _bytes = bytes;
        Count = count;
    }

    /// <summary>Number of headers.</summary>
    public int Count { get; }

    /// <summary>Starts at the first header.</summary>
    public Enumerator GetEnumerator() => new(_bytes, Count);

    /// <summary>Goes through the headers.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _bytes;
        private int _left;
        private int _position;

        internal Enumerator(ReadOnlySpan<byte> bytes, int count)
        {
            _bytes = bytes;
            _left = count;
        }

        /// <summary>The header reached.</summary>
        public RecordHeader Current { get; private set; }

        /// <summary>Goes to the next header; false after the last.</summary>
        public bool MoveNext()
        {
            if (_left == 0)
            {
                return false;
            }

            _left--;
            var keyLength = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[_position..]);
            var valueLength = BinaryPrimitives.ReadInt32LittleEndian(_bytes[(_position + 2 + keyLength)..]);
            var length = 2 + keyLength + 4 + Math.Max(valueLength, 0);
            Current = new RecordHeader(_bytes.Slice(_position, length), keyLength, valueLength);
            _position += length;
            return true;
        }
    }
}

/// <summary>One header of a record, seen in place.</summary>
public readonly ref struct RecordHeader
{
    private readonly int _keyLength;
    private readonly int _valueLength;

    internal RecordHeader(ReadOnlySpan<byte> encoded, int keyLength, int valueLength)
    {
        Encoded = encoded;
        _keyLength = keyLength;
        _valueLength = valueLength;
    }

    /// <summary>The whole encoded header, lengths included.</summary>
    public ReadOnlySpan<byte> Encoded { get; }

    /// <summary>The key's raw bytes; usually UTF-8, never checked; may be empty.</summary>
    public ReadOnlySpan<byte> Key => Encoded.Slice(2, _keyLength);

    /// <summary>Whether the value is null (an empty value is not).</summary>
    public bool ValueIsNull => _valueLength < 0;

    /// <summary>The value; empty when null.</summary>
    public ReadOnlySpan<byte> Value => Encoded.Slice(2 + _keyLength + 4, Math.Max(_valueLength, 0));
}
