using System.Buffers.Binary;
using KafkaRestore.Archive.Compression;
using KafkaRestore.Archive.KafkaBackup;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>
/// A small whole segment with its manifest entry, to be damaged. Uncompressed, its records begin at <see cref="First"/> (41 bytes),
/// <see cref="Second"/> (30) and <see cref="Third"/> (32) and end at <see cref="Footer"/>.
/// </summary>
internal sealed class DamagedSegment
{
    public const int First = SegmentHeader.Size;
    public const int Second = First + 41;
    public const int Third = Second + 30;
    public const int Footer = Third + 32;

    public static readonly RecordData[] Sample =
    [
        new(10, 1000, "k"u8.ToArray(), "v1"u8.ToArray(), [new HeaderData("h"u8.ToArray(), [1])]),
        new(12, 1001, null, null, []),
        new(13, 1002, null, "v3"u8.ToArray(), []),
    ];

    private DamagedSegment(SegmentCompression compression, IEnumerable<RecordData> records)
    {
        var writer = ArchiveBuilder.Write(compression, records);
        Bytes = writer.ToBytes();
        Entry = writer.Describe(Bytes, uploadedAt: 1);
    }

    /// <summary>What is stored.</summary>
    public byte[]? Bytes { get; set; }

    /// <summary>What the manifest says.</summary>
    public SegmentEntry Entry { get; set; }

    /// <summary>Limits to read with.</summary>
    public ArchiveLimits Limits { get; set; } = ArchiveLimits.Default;

    public static DamagedSegment Of(SegmentCompression compression = SegmentCompression.None, IEnumerable<RecordData>? records = null) =>
        new(compression, records ?? Sample);

    /// <summary>A segment whose record area is not what its header promises.</summary>
    public static DamagedSegment WithArea(SegmentCompression compression, byte[] area, int count = 3, long start = 10, long end = 13)
    {
        var segment = new DamagedSegment(compression, Sample);
        var payload = PayloadEncoder.Encode(area, compression, 3, 0, 0);
        segment.Bytes = SegmentReading.Assemble(new SegmentHeader(compression, count, start, end), payload);
        segment.Entry = segment.Entry with { RecordCount = count, StartOffset = start, EndOffset = end };
        return segment.Agreed();
    }

    public DamagedSegment Flip(int at)
    {
        Bytes![at] ^= 0x10;
        return this;
    }

    public DamagedSegment Put(int at, params byte[] bytes)
    {
        bytes.CopyTo(Bytes!, at);
        return this;
    }

    public DamagedSegment PutInt32(int at, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Bytes!.AsSpan(at), value);
        return this;
    }

    public DamagedSegment PutInt64(int at, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Bytes!.AsSpan(at), value);
        return this;
    }

    public DamagedSegment Cut(int length)
    {
        Bytes = Bytes![..length];
        return this;
    }

    public DamagedSegment Append(params byte[] bytes)
    {
        Bytes = [.. Bytes!, .. bytes];
        return this;
    }

    /// <summary>Replaces the payload; the footer is corrected.</summary>
    public DamagedSegment Payload(Func<byte[], byte[]> change)
    {
        var payload = change(Bytes![SegmentHeader.Size..^SegmentHeader.FooterSize]);
        Bytes = [.. Bytes[..SegmentHeader.Size], .. payload, .. new byte[SegmentHeader.FooterSize]];
        return Forged();
    }

    /// <summary>Corrects the checksum, and makes the manifest agree with size and digest.</summary>
    public DamagedSegment Forged()
    {
        SegmentReading.WriteFooter(Bytes!);
        return Agreed();
    }

    /// <summary>Makes the manifest say nothing that would give the damage away.</summary>
    public DamagedSegment Agreed()
    {
        Entry = Entry with { CompressedSize = Bytes!.Length, UncompressedSize = 0, Sha256 = null };
        return this;
    }

    /// <summary>Makes the manifest repeat the numbers of the damaged header too.</summary>
    public DamagedSegment AgreedWithHeader()
    {
        Entry = Entry with
        {
            RecordCount = BinaryPrimitives.ReadInt64LittleEndian(Bytes.AsSpan(8)),
            StartOffset = BinaryPrimitives.ReadInt64LittleEndian(Bytes.AsSpan(16)),
            EndOffset = BinaryPrimitives.ReadInt64LittleEndian(Bytes.AsSpan(24)),
        };
        return Forged();
    }

    public DamagedSegment Says(Func<SegmentEntry, SegmentEntry> change)
    {
        Entry = change(Entry);
        return this;
    }

    public DamagedSegment Within(ArchiveLimits limits)
    {
        Limits = limits;
        return this;
    }

    /// <summary>Stores it and reads it whole.</summary>
    public async Task<(List<RecordData> Records, IReadOnlyList<string> Notes)> ReadAsync(bool trust = false)
    {
        var storage = new InMemoryStorage();
        var reference = Reference;
        if (Bytes is not null)
        {
            await storage.WriteAsync(reference.Key, Bytes, default, default);
        }

        return await SegmentReading.ReadAsync(storage, reference, new SegmentReadOptions { TrustSegments = trust, Limits = Limits });
    }

    public SegmentReference Reference => new("sample", "t", 0, Entry);
}
