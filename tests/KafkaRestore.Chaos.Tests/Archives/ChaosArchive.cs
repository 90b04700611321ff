using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Testing;

namespace KafkaRestore.Chaos.Tests.Archives;

/// <summary>Writes source partitions as an archive of many small segments, some of which overlap.</summary>
internal static class ChaosArchive
{
    private static readonly SegmentCompression[] Compressions = [SegmentCompression.Zstd, SegmentCompression.Lz4, SegmentCompression.None];

    /// <summary>Writes the archive.</summary>
    /// <param name="storage">Where it goes.</param>
    /// <param name="backupId">Its id.</param>
    /// <param name="sources">What it holds.</param>
    /// <param name="random">Where segments are cut and how they are packed.</param>
    public static async Task WriteAsync(IArchiveStorage storage, string backupId, IEnumerable<SourcePartition> sources, Random random)
    {
        var archive = new ArchiveBuilder(backupId);
        foreach (var source in sources)
        {
            var most = Math.Max(2, source.Records.Count / 5);
            for (var from = 0; from < source.Records.Count;)
            {
                var to = Math.Min(from + random.Next(1, most), source.Records.Count);

                // A segment's key is its first offset, so one that overlaps must begin behind the one before.
                archive.Segment(source.Topic, source.Partition, Compressions[random.Next(Compressions.Length)], source.Records.Take(from..to));
                from = to < source.Records.Count && to - from > 3 && random.Next(4) == 0 ? to - random.Next(1, to - from - 1) : to;
            }
        }

        await archive.WriteAsync(storage);
    }
}
