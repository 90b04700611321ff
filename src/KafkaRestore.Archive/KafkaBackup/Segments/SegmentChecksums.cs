using System.Security.Cryptography;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>
/// The checksums of a segment while its bytes come by: CRC-32 of all but the last 8 bytes, SHA-256 of everything when the manifest has one.
/// </summary>
internal sealed class SegmentChecksums(bool withSha256) : IDisposable
{
    private readonly IncrementalHash? _sha256 = withSha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private readonly byte[] _tail = new byte[SegmentHeader.FooterSize];
    private Crc32 _crc;
    private int _tailLength;

    /// <summary>The CRC-32 of everything but the last 8 bytes so far.</summary>
    public uint Crc => _crc.Value;

    /// <summary>Goes on with <paramref name="bytes"/>.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _sha256?.AppendData(bytes);

        // The footer is known only at the end, so the last 8 bytes are always held back.
        if (bytes.Length >= _tail.Length)
        {
            _crc.Append(_tail.AsSpan(0, _tailLength));
            _crc.Append(bytes[..^_tail.Length]);
            bytes[^_tail.Length..].CopyTo(_tail);
            _tailLength = _tail.Length;
            return;
        }

        foreach (var b in bytes)
        {
            if (_tailLength == _tail.Length)
            {
                _crc.Append(_tail.AsSpan(0, 1));
                _tail.AsSpan(1).CopyTo(_tail);
                _tailLength--;
            }

            _tail[_tailLength++] = b;
        }
    }

    /// <summary>Compares with the footer.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public string? CheckFooter()
    {
        if (_tailLength < _tail.Length || !_tail.AsSpan(4).SequenceEqual(SegmentHeader.FooterMagic))
        {
            return "it does not end with BKAE: it is cut off, or something was appended";
        }

        var stored = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(_tail);
        return stored == _crc.Value ? null : $"its CRC-32 is {_crc.Value:x8}, the footer says {stored:x8}";
    }

    /// <summary>The SHA-256; null when it was not asked for.</summary>
    public Sha256Digest? Sha256()
    {
        if (_sha256 is null)
        {
            return null;
        }

        Span<byte> digest = stackalloc byte[32];
        _sha256.GetHashAndReset(digest);
        return Sha256Digest.From(digest);
    }

    /// <inheritdoc/>
    public void Dispose() => _sha256?.Dispose();
}
