using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.Decorators;

/// <summary>Refuses every write (STORAGE_DENIED).</summary>
public sealed class ReadOnlyStorage(IArchiveStorage inner) : ForwardingStorage(inner)
{
    /// <inheritdoc/>
    public override ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken) =>
        ValueTask.FromException(new RestoreException(
            ErrorCodes.StorageDenied, $"{Properties.Location} was opened for reading only", key, "Write to another storage."));
}
