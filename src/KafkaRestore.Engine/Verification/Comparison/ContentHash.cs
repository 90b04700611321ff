using System.Buffers.Binary;
using System.Security.Cryptography;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Verification.Comparison;

/// <summary>
/// A SHA-256 over what records carry, one behind the other. Each record goes in as the archive lays it out (little-endian), without length prefix and offset, every null
/// as -1: timestamp i64 where it counts, key_len i32, key, value_len i32, value, header_count u16, then of each header that counts key_len u16, key,
/// value_len i32, value. So other records, or the same in another order, give another hash.
/// </summary>
internal sealed class ContentHash(ContentRules rules) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // Many small fields go in at once: each call of the hash costs more than a copy.
    private readonly byte[] _gathered = new byte[64 << 10];
    private int _length;

    /// <summary>Adds a record.</summary>
    public void Append(RecordView record)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        if (rules.Timestamps)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, record.Timestamp);
            Append(number);
        }

        AppendNullable(record.KeyIsNull, record.Key);
        AppendNullable(record.ValueIsNull, record.Value);
        AppendShort(rules.HeaderCount(record));
        foreach (var header in record.Headers)
        {
            if (!rules.Ignores(header))
            {
                AppendShort(header.Key.Length);
                Append(header.Key);
                AppendNullable(header.ValueIsNull, header.Value);
            }
        }
    }

    /// <summary>The hash of what was added since the beginning or the last call.</summary>
    public byte[] Take()
    {
        Flush();
        return _hash.GetHashAndReset();
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void AppendNullable(bool isNull, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, isNull ? -1 : bytes.Length);
        Append(length);
        Append(bytes);
    }

    private void AppendShort(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        Append(bytes);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _gathered.Length - _length)
        {
            Flush();
        }

        if (bytes.Length > _gathered.Length)
        {
            _hash.AppendData(bytes);
            return;
        }

        bytes.CopyTo(_gathered.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Flush()
    {
        _hash.AppendData(_gathered, 0, _length);
        _length = 0;
    }
}
