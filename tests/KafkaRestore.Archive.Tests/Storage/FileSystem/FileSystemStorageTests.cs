using System.Diagnostics;
using System.Text;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.FileSystem;
using KafkaRestore.Records.Errors;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.Storage.FileSystem;

public sealed class FileSystemStorageTests : IDisposable
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private readonly DirectoryInfo _outside = Directory.CreateTempSubdirectory("kafka-restore-outside-");
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("kafka-restore-storage-");
    private readonly FileSystemStorage _storage;

    public FileSystemStorageTests()
    {
        File.WriteAllText(Path.Combine(_outside.FullName, "secret"), "secret");
        _storage = FileSystemStorage.Open(new FileSystemStorageOptions { Path = _root.FullName });
    }

    public void Dispose()
    {
        _root.Delete(recursive: true);
        _outside.Delete(recursive: true);
    }

    [Fact]
    public void A_missing_directory_is_not_created_but_named()
    {
        var path = Path.Combine(_root.FullName, "nothing");

        var error = Assert.Throws<RestoreException>(() => FileSystemStorage.Open(new FileSystemStorageOptions { Path = path }));

        Assert.Equal((ErrorCodes.StorageInvalid, path), (error.Code, error.Where));
        Assert.Contains("does not exist", error.Message);
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void A_file_is_not_a_storage()
    {
        var error = Assert.Throws<RestoreException>(
            () => FileSystemStorage.Open(new FileSystemStorageOptions { Path = Path.Combine(_outside.FullName, "secret") }));

        Assert.Equal(ErrorCodes.StorageInvalid, error.Code);
        Assert.Contains("is a file", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\0b")]
    public void What_is_no_path_is_refused(string path) => Assert.Equal(
        ErrorCodes.StorageInvalid,
        Assert.Throws<RestoreException>(() => FileSystemStorage.Open(new FileSystemStorageOptions { Path = path })).Code);

    [Fact]
    public async Task A_root_that_is_itself_a_link_is_fine()
    {
        Write("a/b", "x");
        var link = Path.Combine(_outside.FullName, "link");
        File.CreateSymbolicLink(link, _root.FullName);
        await using var storage = FileSystemStorage.Open(new FileSystemStorageOptions { Path = link + "/" });

        Assert.Equal(1, (await storage.StatAsync("a/b", s_none))!.Size);
        Assert.Equal(link, storage.Properties.Location);
    }

    [Theory]
    [InlineData("file", "{outside}/secret")]
    [InlineData("folder/secret", "{outside}", "folder")]
    [InlineData("relative", "../{outsideName}/secret")]
    [InlineData("chain", "middle")]
    [InlineData("sneaky/secret", "inside/../../{outsideName}", "sneaky")]
    [InlineData("new", "{outside}/not-yet")]
    public async Task A_link_that_leads_out_is_refused_by_every_operation(string key, string target, string? link = null)
    {
        Directory.CreateDirectory(Path.Combine(_root.FullName, "inside"));
        File.CreateSymbolicLink(Path.Combine(_root.FullName, "middle"), _outside.FullName);
        target = target.Replace("{outside}", _outside.FullName).Replace("{outsideName}", _outside.Name);
        File.CreateSymbolicLink(Path.Combine(_root.FullName, link ?? key), target);

        await AssertFailsAsync(ErrorCodes.ArchiveUnsafeKey, async () => await _storage.StatAsync(key, s_none));
        await AssertFailsAsync(ErrorCodes.ArchiveUnsafeKey, async () => await _storage.ReadAsync(key, 0, new byte[10], s_none));
        await AssertFailsAsync(ErrorCodes.ArchiveUnsafeKey, async () => await _storage.WriteAsync(key, new byte[10], WriteMode.Replace, s_none));
        await AssertFailsAsync(ErrorCodes.ArchiveUnsafeKey, async () => await KeysAsync());
        Assert.Equal("secret", await File.ReadAllTextAsync(Path.Combine(_outside.FullName, "secret")));
        Assert.Single(_outside.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task A_neighbour_whose_name_begins_alike_is_outside()
    {
        var neighbour = Directory.CreateDirectory(_root.FullName + "-two");
        try
        {
            File.CreateSymbolicLink(Path.Combine(_root.FullName, "link"), neighbour.FullName);

            await AssertFailsAsync(ErrorCodes.ArchiveUnsafeKey, async () => await _storage.StatAsync("link", s_none));
        }
        finally
        {
            neighbour.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Links_that_stay_below_the_root_are_followed()
    {
        Write("real/a", "content");
        File.CreateSymbolicLink(Path.Combine(_root.FullName, "latest"), "real");
        File.CreateSymbolicLink(Path.Combine(_root.FullName, "absolute"), Path.Combine(_root.FullName, "real", "a"));

        Assert.Equal(7, (await _storage.StatAsync("latest/a", s_none))!.Size);
        Assert.Equal(7, await _storage.ReadAsync("absolute", 0, new byte[10], s_none));
        Assert.Equal(["absolute", "latest/a", "real/a"], await KeysAsync());
    }

    [Fact]
    public async Task Links_in_a_circle_end()
    {
        Write("a/b", "x");
        File.CreateSymbolicLink(Path.Combine(_root.FullName, "a", "up"), "..");
        Assert.Equal(["a/b"], await KeysAsync());

        File.CreateSymbolicLink(Path.Combine(_root.FullName, "one"), "two");
        File.CreateSymbolicLink(Path.Combine(_root.FullName, "two"), "one");
        await AssertFailsAsync(ErrorCodes.ArchiveUnsafeKey, async () => await _storage.StatAsync("one", s_none));
    }

    [Fact]
    public async Task A_dangling_link_is_a_missing_object()
    {
        File.CreateSymbolicLink(Path.Combine(_root.FullName, "gone"), "nothing");

        Assert.Null(await _storage.StatAsync("gone", s_none));
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task Unfinished_files_are_not_listed_and_hidden_ones_are()
    {
        foreach (var name in new[] { ".a.bin.kr-tmp-12-3", "f/.manifest.json.kb-tmp-1-22", ".hidden", ".kr-tmp-1-2", ".x.kr-tmp-1-2x", "a.kr-tmp-1-2" })
        {
            Write(name, "x");
        }

        Assert.Equal([".hidden", ".kr-tmp-1-2", ".x.kr-tmp-1-2x", "a.kr-tmp-1-2"], await KeysAsync());
    }

    [Fact]
    public async Task A_write_leaves_no_other_file_whatever_its_end()
    {
        await _storage.WriteAsync("f/a", new byte[10], WriteMode.Replace, s_none);
        await _storage.WriteAsync("f/b", new byte[10], WriteMode.CreateNew, s_none);
        await AssertFailsAsync(ErrorCodes.StorageConflict, async () => await _storage.WriteAsync("f/b", new byte[10], WriteMode.CreateNew, s_none));

        Assert.Equal(["a", "b"], new DirectoryInfo(Path.Combine(_root.FullName, "f")).EnumerateFileSystemInfos().Select(f => f.Name).Order());
    }

    [Fact]
    public async Task A_folder_is_never_replaced_by_an_object()
    {
        Write("a/b", "x");

        await AssertFailsAsync(ErrorCodes.StorageConflict, async () => await _storage.WriteAsync("a", new byte[10], WriteMode.Replace, s_none));

        Assert.Equal(["a/b"], await KeysAsync());
    }

    [Fact]
    public async Task An_object_below_an_object_cannot_be_written()
    {
        Write("a", "x");

        await Assert.ThrowsAsync<RestoreException>(async () => await _storage.WriteAsync("a/b", new byte[10], WriteMode.Replace, s_none));
    }

    [Fact]
    public async Task A_name_too_long_for_the_file_system_is_missing_or_refused()
    {
        var key = new string('n', 300);

        Assert.Null(await _storage.StatAsync(key, s_none));
        await AssertFailsAsync(ErrorCodes.StorageInvalid, async () => await _storage.WriteAsync(key, new byte[10], WriteMode.Replace, s_none));
    }

    [UnixFact]
    public async Task A_pipe_in_the_archive_does_not_hang_the_reader()
    {
        using (var mkfifo = Process.Start("mkfifo", [Path.Combine(_root.FullName, "pipe")])!)
        {
            await mkfifo.WaitForExitAsync();
        }

        Assert.Equal(0, await _storage.ReadAsync("pipe", 0, new byte[10], s_none));
        Assert.Equal(0, (await _storage.StatAsync("pipe", s_none))!.Size);
    }

    [UnixFact]
    public async Task What_the_system_forbids_is_denied()
    {
        // A place where even root may not create files.
        await using var storage = FileSystemStorage.Open(new FileSystemStorageOptions { Path = "/sys/kernel" });

        await AssertFailsAsync(ErrorCodes.StorageDenied, async () => await storage.WriteAsync("a", new byte[10], WriteMode.Replace, s_none));
    }

    [TinyDiskFact]
    public async Task A_full_disk_is_named_and_keeps_what_was_there()
    {
        using var disk = new TinyDisk(kibibytes: 64);
        await using var storage = FileSystemStorage.Open(new FileSystemStorageOptions { Path = disk.Path });
        await storage.WriteAsync("state", Encoding.UTF8.GetBytes("before"), WriteMode.Replace, s_none);

        await AssertFailsAsync(ErrorCodes.DiskFull, async () => await storage.WriteAsync("state", new byte[200_000], WriteMode.Replace, s_none));

        Assert.Equal("before", await File.ReadAllTextAsync(Path.Combine(disk.Path, "state")));
        Assert.Equal(["state"], new DirectoryInfo(disk.Path).EnumerateFileSystemInfos().Select(f => f.Name));
    }

    private static async Task AssertFailsAsync(ErrorCode code, Func<Task> operation)
    {
        var error = await Assert.ThrowsAsync<RestoreException>(operation);
        Assert.Equal(code, error.Code);
    }

    private void Write(string key, string text)
    {
        var path = Path.Combine(_root.FullName, key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private async Task<List<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (var entry in _storage.ListAsync("", recursive: true, s_none))
        {
            keys.Add(entry.Key);
        }

        return keys;
    }
}
