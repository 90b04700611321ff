using System.Diagnostics;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Cli.Tests.Documentation;

/// <summary>The sample archive in the repository is what samples/MakeSampleArchive writes.</summary>
public sealed class SampleArchiveTests
{
    [Fact]
    public async Task The_sample_archive_holds_what_its_program_writes()
    {
        var folder = Directory.CreateTempSubdirectory("kafka-restore-sample-");
        try
        {
            using var program = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MakeSampleArchive.dll"), folder.FullName]) { RedirectStandardOutput = true })!;
            await program.WaitForExitAsync();
            Assert.Equal(0, program.ExitCode);

            // Not the bytes: another version of a compression library may write others.
            var expected = await ReadAsync(folder.FullName);
            var actual = await ReadAsync(Path.Combine(Golden.RepositoryRoot(), "samples", "archive"));
            Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
            foreach (var (partition, records) in expected)
            {
                RecordComparison.AssertEqual(records, actual[partition], partition);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Dictionary<string, List<RecordData>>> ReadAsync(string path)
    {
        await using var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = path });
        var manifest = await ManifestReader.ReadAsync(storage, "web-shop", default);
        var reader = new SegmentReader(storage, new MemoryBudget(64 << 20));
        var found = new Dictionary<string, List<RecordData>>();
        foreach (var topic in manifest.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                var records = found[$"{topic.Name}/{partition.PartitionId}"] = [];
                foreach (var entry in partition.Segments)
                {
                    var reference = new SegmentReference("web-shop", topic.Name, partition.PartitionId, entry);
                    await using var segment = await reader.OpenAsync(reference, await reader.Budget.ReserveAsync(reader.MemoryFor(reference), default), default);
                    await foreach (var block in segment.Blocks)
                    {
                        using (block)
                        {
                            foreach (var record in block)
                            {
                                records.Add(RecordData.From(record));
                            }
                        }
                    }
                }
            }
        }

        return found;
    }
}
