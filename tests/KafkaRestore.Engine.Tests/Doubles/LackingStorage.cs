using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>A storage from which objects can be taken away and brought back.</summary>
internal sealed class LackingStorage(IArchiveStorage inner) : ForwardingStorage(inner)
{
    /// <summary>Keys of the objects that are not there.</summary>
    public HashSet<string> Missing { get; } = new(StringComparer.Ordinal);

    public override ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken) =>
        Missing.Contains(key) ? ValueTask.FromResult<StorageEntry?>(null) : base.StatAsync(key, cancellationToken);

    public override ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        Missing.Contains(key)
            ? ValueTask.FromException<int>(new RestoreException(ErrorCodes.SegmentMissing, "The object does not exist", key))
            : base.ReadAsync(key, offset, destination, cancellationToken);
}
