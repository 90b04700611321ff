using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>A storage that tells of each read before it happens.</summary>
internal sealed class HookedStorage(IArchiveStorage inner, Action<string> reading) : ForwardingStorage(inner)
{
    public override ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        reading(key);
        return base.ReadAsync(key, offset, destination, cancellationToken);
    }
}
