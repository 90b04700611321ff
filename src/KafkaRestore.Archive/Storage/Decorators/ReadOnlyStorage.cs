using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.Decorators;

/// <summary>Refuses every write and every removal (STORAGE_DENIED).</summary>
public sealed class ReadOnlyStorage(IArchiveStorage inner) : ForwardingStorage(inner)
{
    /// <inheritdoc/>
    public override ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken) =>
        ValueTask.FromException(Refusal(key, "Write to another storage."));

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(string key, CancellationToken cancellationToken) =>
        ValueTask.FromException(Refusal(key, "Nothing is removed from it."));

    private RestoreException Refusal(string key, string hint) => new(ErrorCodes.StorageDenied, $"{Properties.Location} was opened for reading only", key, hint);
}
