using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using KafkaRestore.Archive.Compression;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>
/// Writes one segment in the format that <see cref="SegmentReader"/> reads and the existing programs write. Records are gathered in memory;
/// used for samples, tests and benchmarks.
/// </summary>
public sealed class SegmentWriter
{
    private readonly ArrayBufferWriter<byte> _records = new();
    private readonly SegmentCompression _compression;
    private readonly int _zstdLevel;
    private long _count;
    private long _firstOffset;
    private long _lastOffset = -1;
    private long _firstTimestamp;
    private long _lastTimestamp;

    /// <summary>Creates an empty segment.</summary>
    /// <param name="compression">How the payload will be compressed.</param>
    /// <param name="zstdLevel">1 to 22; existing archives use 3.</param>
    public SegmentWriter(SegmentCompression compression, int zstdLevel = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(zstdLevel, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(zstdLevel, 22);
        _compression = compression;
        _zstdLevel = zstdLevel;
    }

    /// <summary>Records so far.</summary>
    public long Count => _count;

    /// <summary>Bytes of records so far, before compression.</summary>
    public int UncompressedBytes => _records.WrittenCount;

    /// <summary>Adds a record; its offset must be higher than the one before.</summary>
    /// <exception cref="ArgumentException">The offset does not ascend, or the record does not fit the layout.</exception>
    public void Append(RecordData record)
    {
        if (record.Offset < 0 || record.Offset <= _lastOffset)
        {
            throw new ArgumentException($"offset {record.Offset} does not follow {_lastOffset}", nameof(record));
        }

        var size = RecordEncoder.Write(_records.GetSpan(RecordEncoder.SizeOf(record)), record);
        _records.Advance(size);
        if (_count++ == 0)
        {
            _firstOffset = record.Offset;
            _firstTimestamp = record.Timestamp;
        }

        _lastOffset = record.Offset;
        _lastTimestamp = record.Timestamp;
    }

    /// <summary>The whole object as it is stored.</summary>
    public byte[] ToBytes()
    {
        var bytes = PayloadEncoder.Encode(_records.WrittenSpan, _compression, _zstdLevel, SegmentHeader.Size, SegmentHeader.FooterSize);
        new SegmentHeader(_compression, _count, _firstOffset, Math.Max(_lastOffset, 0)).Write(bytes);
        var footer = bytes.AsSpan(bytes.Length - SegmentHeader.FooterSize);
        BinaryPrimitives.WriteUInt32LittleEndian(footer, Crc32.Of(bytes.AsSpan(0, bytes.Length - SegmentHeader.FooterSize)));
        SegmentHeader.FooterMagic.CopyTo(footer[4..]);
        return bytes;
    }

    /// <summary>Stores the segment under its usual key and says what the manifest must say of it.</summary>
    public async ValueTask<SegmentEntry> WriteAsync(IArchiveStorage storage, string backupId, string topic, int partition, long uploadedAt, CancellationToken cancellationToken)
    {
        var bytes = ToBytes();
        var entry = Describe(bytes, uploadedAt);
        await storage.WriteAsync(entry.KeyIn(backupId, topic, partition), bytes, WriteMode.Replace, cancellationToken).ConfigureAwait(false);
        return entry;
    }

    /// <summary>What the manifest must say of <paramref name="bytes"/>, this segment's stored form.</summary>
    public SegmentEntry Describe(byte[] bytes, long uploadedAt) => new()
    {
        StartOffset = _firstOffset,
        EndOffset = Math.Max(_lastOffset, 0),
        FirstTimestamp = _firstTimestamp,
        LastTimestamp = _lastTimestamp,
        RecordCount = _count,
        UncompressedSize = _records.WrittenCount,
        CompressedSize = bytes.Length,
        UploadedAt = uploadedAt,
        CoveredStart = _firstOffset,
        CoveredEnd = Math.Max(_lastOffset, 0),
        Sha256 = Sha256Digest.From(SHA256.HashData(bytes)),
        KeyEnding = _compression,
    };
}
