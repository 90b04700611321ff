using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Reading;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Sources;

/// <summary>Where group offsets are written down: a file, an object, or a folder of texts.</summary>
internal sealed class SourcePlace : IAsyncDisposable
{
    /// <summary>The file of an archive.</summary>
    public const string ArchiveFile = "consumer-groups-snapshot.json";

    private readonly IArchiveStorage? _storage;
    private readonly string _name;

    private SourcePlace(string where, string name, IArchiveStorage? storage, bool isFolder)
    {
        Where = where;
        _name = name;
        _storage = storage;
        IsFolder = isFolder;
    }

    /// <summary>For messages.</summary>
    public string Where { get; }

    /// <summary>Whether it is a folder of this machine with texts of several groups.</summary>
    public bool IsFolder { get; }

    /// <summary>The folder.</summary>
    public string Folder => _name;

    /// <summary>Finds what an address means.</summary>
    /// <exception cref="RestoreException">GROUP_FILE_INVALID: there is nothing; STORAGE_INVALID and other failures of a storage.</exception>
    public static Task<SourcePlace> FindAsync(string address, CancellationToken cancellationToken)
    {
        var options = StorageUrl.Parse(address);
        return options is FileSystemStorageOptions file ? Task.FromResult(FindFile(file.Path)) : FindObjectAsync(address, options, cancellationToken);
    }

    /// <summary>Opens the file or object.</summary>
    public Stream Open(CancellationToken cancellationToken)
    {
        if (_storage is not null)
        {
            return ObjectReader.OpenSequential(_storage, _name, cancellationToken);
        }

        try
        {
            return new FileStream(_name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 64 << 10, FileOptions.SequentialScan);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.GroupFileInvalid, $"it cannot be read: {failure.Message}", Where, inner: failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_storage is not null)
        {
            await _storage.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static SourcePlace FindFile(string path)
    {
        if (!Directory.Exists(path))
        {
            return File.Exists(path) ? new SourcePlace(path, path, null, isFolder: false) : throw Missing(path);
        }

        var archive = Path.Combine(path, ArchiveFile);
        return File.Exists(archive) ? new SourcePlace(archive, archive, null, isFolder: false) : new SourcePlace(path, path, null, isFolder: true);
    }

    private static async Task<SourcePlace> FindObjectAsync(string address, StorageOptions options, CancellationToken cancellationToken)
    {
        if (options is not S3StorageOptions { Prefix: { Length: > 0 } path } bucket)
        {
            throw new RestoreException(ErrorCodes.GroupFileInvalid, "the address names no object", address, "Write s3://bucket/prefix/file.json, or the folder of an archive.");
        }

        var slash = path.LastIndexOf('/');
        var name = path[(slash + 1)..];
        var storage = StorageFactory.Open(bucket with { Prefix = slash < 0 ? null : path[..slash] });
        try
        {
            foreach (var key in (string[])[name, $"{name}/{ArchiveFile}"])
            {
                if (await storage.StatAsync(key, cancellationToken).ConfigureAwait(false) is not null)
                {
                    return new SourcePlace($"{key} in {storage.Properties.Location}", key, storage, isFolder: false);
                }
            }

            throw Missing(address);
        }
        catch
        {
            await storage.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static RestoreException Missing(string where) => SourceDamage.NoSource(where, "there is no such file, object or folder");
}
