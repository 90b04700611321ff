using System.Text;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Fuzz;

/// <summary>Whole archives' pieces, to be damaged.</summary>
internal sealed class Corpus
{
    private const int LargestSegment = 100_000;

    private Corpus(IReadOnlyList<(byte[] Bytes, SegmentEntry Entry)> segments, IReadOnlyList<(string BackupId, byte[] Bytes)> manifests)
    {
        Segments = segments;
        Manifests = manifests;
    }

    /// <summary>Stored segments and what their manifest says of them.</summary>
    public IReadOnlyList<(byte[] Bytes, SegmentEntry Entry)> Segments { get; }

    /// <summary>Manifests and the archives they belong to.</summary>
    public IReadOnlyList<(string BackupId, byte[] Bytes)> Manifests { get; }

    /// <summary>Generates some and adds the golden ones where they are found.</summary>
    public static Corpus Gather(string? golden)
    {
        var segments = new List<(byte[], SegmentEntry)>();
        var manifests = new List<(string, byte[])>();
        var random = new Random(20);
        foreach (var compression in Enum.GetValues<SegmentCompression>())
        {
            foreach (var (records, size) in new[] { (0, 0), (1, 10), (3, 0), (40, 30), (20, 2000), (2, 40_000) })
            {
                segments.Add(Segment(random, compression, records, size));
            }
        }

        manifests.Add(("sample", ManifestWriter.ToBytes(Sample(segments.ConvertAll(segment => segment.Item2)))));
        var root = golden ?? Find();
        if (!string.IsNullOrEmpty(root))
        {
            foreach (var manifest in Directory.EnumerateFiles(root, "manifest.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                AddGolden(manifest, segments, manifests);
            }
        }

        return new Corpus(segments, manifests);
    }

    private static void AddGolden(string manifest, List<(byte[] Bytes, SegmentEntry Entry)> segments, List<(string, byte[])> manifests)
    {
        var folder = Path.GetDirectoryName(manifest)!;
        var id = Path.GetFileName(folder);
        manifests.Add((id, File.ReadAllBytes(manifest)));
        foreach (var file in Directory.EnumerateFiles(folder, "segment-*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(12))
        {
            var bytes = File.ReadAllBytes(file);
            if (bytes.Length <= LargestSegment && bytes.Length >= SegmentHeader.SmallestSegment)
            {
                var header = SegmentHeader.Parse(bytes);
                segments.Add((bytes, new SegmentEntry
                {
                    StartOffset = header.StartOffset,
                    EndOffset = header.EndOffset,
                    FirstTimestamp = 0,
                    LastTimestamp = 0,
                    RecordCount = header.RecordCount,
                    CompressedSize = bytes.Length,
                    KeyEnding = header.Compression,
                }));
            }
        }
    }

    private static (byte[], SegmentEntry) Segment(Random random, SegmentCompression compression, int records, int size)
    {
        var writer = new SegmentWriter(compression);
        var offset = random.Next(1000);
        for (var i = 0; i < records; i++)
        {
            offset += random.Next(1, 4);
            var value = size == 0 ? null : new byte[random.Next(size)];
            random.NextBytes(value.AsSpan(0, (value?.Length ?? 0) / 2));
            HeaderData[] headers = i % 3 == 0 ? [] : [new("h"u8.ToArray(), null), new([], []), new(Encoding.UTF8.GetBytes("ü"), new byte[i])];
            writer.Append(new RecordData(offset, random.NextInt64(), i % 2 == 0 ? null : new byte[i], value, headers));
        }

        var bytes = writer.ToBytes();
        return (bytes, writer.Describe(bytes, 1));
    }

    private static Manifest Sample(List<SegmentEntry> segments) => new()
    {
        BackupId = "sample",
        CreatedAt = 1,
        SourceBrokers = ["a:9092"],
        MissingTopics = ["gone"],
        IsolationLevel = "read_committed",
        Topics =
        [
            new ManifestTopic
            {
                Name = "t",
                OriginalPartitionCount = 2,
                Configurations = new Dictionary<string, string> { ["cleanup.policy"] = "compact" },
                Partitions =
                [
                    new ManifestPartition
                    {
                        PartitionId = 1,
                        Segments = segments,
                        Gaps = [new OffsetGap(5, 9, "offset_out_of_range")],
                        Pruned = [new PrunedRange(1, 3, 1, "retention")],
                        CoveredThrough = 50_000,
                        SnapshotEndOffset = 50_001,
                    },
                ],
            },
        ],
    };

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var golden = Path.Combine(folder.FullName, "tests", "golden", "backups");
            if (Directory.Exists(golden))
            {
                return golden;
            }
        }

        return null;
    }
}
