using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Archive.Storage.FileSystem;
using KafkaRestore.Archive.Storage.InMemory;
using KafkaRestore.Archive.Storage.S3;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage;

/// <summary>Opens storages, decorated as every user of one needs it.</summary>
public static class StorageFactory
{
    /// <summary>Operations at once when nothing else is said.</summary>
    public const int DefaultConcurrency = 64;

    /// <summary>Opens the storage with retries around a limit of operations at once, so that nobody holds a place while waiting to retry.</summary>
    /// <param name="options">Which storage.</param>
    /// <param name="retry">How to retry; null for the defaults.</param>
    /// <param name="concurrency">Operations at once, at least 1.</param>
    /// <param name="time">The clock; null is the system's.</param>
    /// <param name="counters">Count every single request, those that are repeated one by one; null: nobody counts.</param>
    /// <exception cref="RestoreException">STORAGE_INVALID or STORAGE_DENIED.</exception>
    public static IArchiveStorage Open(
        StorageOptions options, RetryPolicy? retry = null, int concurrency = DefaultConcurrency, TimeProvider? time = null, StorageCounters? counters = null)
    {
        var bare = OpenBare(options, time);
        return new RetryingStorage(new ConcurrencyLimitedStorage(counters is null ? bare : new CountingStorage(bare, time, counters), concurrency), retry, time);
    }

    private static IArchiveStorage OpenBare(StorageOptions options, TimeProvider? time) => options switch
    {
        FileSystemStorageOptions files => FileSystemStorage.Open(files),
        S3StorageOptions bucket => S3Storage.Open(bucket),
        InMemoryStorageOptions => new InMemoryStorage(time),
        null => throw new ArgumentNullException(nameof(options)),
        _ => throw new RestoreException(ErrorCodes.StorageInvalid, $"There is no storage for {options.GetType().Name}"),
    };
}
