using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Engine.Times;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Tests.Times;

/// <summary>An archive and a directory for its time index.</summary>
internal sealed class IndexedArchive(TestArchive archive) : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-times-");

    public TestArchive Archive => archive;

    public string Folder => _directory.FullName;

    /// <summary>The index's file, once it is written.</summary>
    public string File => Directory.EnumerateFiles(_directory.FullName, "*.times", SearchOption.AllDirectories).Single();

    public void Dispose() => _directory.Delete(recursive: true);

    public TimeIndex Open() => TimeIndex.Open(_directory.FullName, archive.ToManifest(), archive.Storage.Properties);

    /// <summary>A plan that knows what the index does.</summary>
    public RestorePlan Plan(Func<RestoreOptions, RestoreOptions> change, TimeIndex? index) => PlanBuilder.Build(archive.ToManifest(), change(archive.Options()), index);

    /// <summary>Every segment, and the times that reading it gives.</summary>
    public async Task<List<(SegmentReference Segment, SegmentTimes Times)>> ReadTimesAsync()
    {
        var read = new List<(SegmentReference, SegmentTimes)>();
        var reader = new SegmentReader(archive.Storage, new MemoryBudget(64 << 20), new SegmentReadOptions { BlockBytes = 500, OnRead = (segment, times) => read.Add((segment, times)) });
        foreach (var segment in Segments())
        {
            await using var open = await reader.OpenAsync(segment, await reader.Budget.ReserveAsync(reader.MemoryFor(segment), CancellationToken.None), CancellationToken.None);
            await foreach (var block in open.Blocks)
            {
                block.Dispose();
            }
        }

        return read;
    }

    /// <summary>Notes the times of those segments that <paramref name="chosen"/> says; gives what is then known of all.</summary>
    public async Task<TimeIndex> NoteAsync(Func<SegmentReference, bool>? chosen = null)
    {
        var index = Open();
        foreach (var (segment, times) in (await ReadTimesAsync()).Where(pair => chosen?.Invoke(pair.Segment) ?? true))
        {
            index.Add(segment, times);
        }

        index.Save();
        Assert.Null(index.Failure);
        return index;
    }

    public IEnumerable<SegmentReference> Segments() =>
        from topic in archive.ToManifest().Topics
        from partition in topic.Partitions
        from segment in partition.Segments
        select new SegmentReference(archive.BackupId, topic.Name, partition.PartitionId, segment);
}
