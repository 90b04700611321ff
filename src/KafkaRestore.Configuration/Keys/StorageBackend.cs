namespace KafkaRestore.Configuration.Keys;

/// <summary>Where an archive lives; a storage key belongs to one or several of them.</summary>
[Flags]
internal enum StorageBackend
{
    None = 0,
    S3 = 1,
    FileSystem = 2,
    Memory = 4,
    Azure = 8,
    Gcs = 16,
}
