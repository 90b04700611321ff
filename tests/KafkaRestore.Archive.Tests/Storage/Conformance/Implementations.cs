using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Archive.Storage.FileSystem;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Archive.Storage.S3;
using KafkaRestore.Testing;

namespace KafkaRestore.Archive.Tests.Storage.Conformance;

public sealed class InMemoryStorageConformance : StorageConformance
{
    protected override ValueTask<IArchiveStorage> OpenAsync() => ValueTask.FromResult<IArchiveStorage>(new InMemoryStorage());
}

public sealed class FileSystemStorageConformance : StorageConformance
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-storage-");

    protected override ValueTask<IArchiveStorage> OpenAsync() =>
        ValueTask.FromResult<IArchiveStorage>(FileSystemStorage.Open(new FileSystemStorageOptions { Path = _directory.FullName }));

    protected override ValueTask CloseAsync()
    {
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}

public sealed class DecoratedStorageConformance : StorageConformance
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kafka-restore-storage-");

    protected override ValueTask<IArchiveStorage> OpenAsync()
    {
        var files = FileSystemStorage.Open(new FileSystemStorageOptions { Path = _directory.FullName });
        var counted = new CountingStorage(new ThrottledStorage(files, long.MaxValue));
        return ValueTask.FromResult<IArchiveStorage>(new RetryingStorage(new ConcurrencyLimitedStorage(counted, 3)));
    }

    protected override ValueTask CloseAsync()
    {
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}

[RequiresS3]
public sealed class S3StorageConformance : StorageConformance
{
    protected override ValueTask<IArchiveStorage> OpenAsync() =>
        ValueTask.FromResult<IArchiveStorage>(S3Storage.Open(S3TestOptions.For(S3Server.Shared, S3Server.NewPrefix())));
}

[RequiresS3]
public sealed class FactoryMadeS3StorageConformance : StorageConformance
{
    protected override ValueTask<IArchiveStorage> OpenAsync() =>
        ValueTask.FromResult(StorageFactory.Open(S3TestOptions.For(S3Server.Shared, S3Server.NewPrefix() + "/odd ~prefix%/")));
}
