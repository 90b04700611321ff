using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.FileSystem;

namespace KafkaRestore.Archive.Tests.Storage.FileSystem;

public sealed class FileSystemRemovalTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-storage-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Writers_and_removers_of_one_folder_do_not_get_into_each_others_way()
    {
        await using var storage = FileSystemStorage.Open(new FileSystemStorageOptions { Path = _directory.FullName });
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), async (writer, stop) =>
        {
            for (var i = 0; i < 100; i++)
            {
                var key = $"folder/{writer}/{i}";
                await storage.WriteAsync(key, new byte[3], WriteMode.Replace, stop);
                Assert.NotNull(await storage.StatAsync(key, stop));
                await storage.DeleteAsync(key, stop);
            }
        });

        Assert.Empty(_directory.EnumerateFileSystemInfos());
    }

    [UnixFact]
    public async Task The_directory_of_the_storage_itself_is_never_removed()
    {
        await using var storage = FileSystemStorage.Open(new FileSystemStorageOptions { Path = _directory.FullName });
        await storage.WriteAsync("a", new byte[3], WriteMode.Replace, CancellationToken.None);

        await storage.DeleteAsync("a", CancellationToken.None);

        Assert.True(Directory.Exists(_directory.FullName));
    }
}
