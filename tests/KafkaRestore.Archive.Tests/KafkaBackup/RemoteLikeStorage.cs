using KafkaRestore.Archive.Storage;

namespace KafkaRestore.Archive.Tests.KafkaBackup;

/// <summary>Another storage as if it were far away: small ranges, several at once, no second reading; or near, with small ranges.</summary>
internal sealed class RemoteLikeStorage(IArchiveStorage inner, bool rereadsAreCheap = false, int readBytes = 1 << 10) : IArchiveStorage
{
    private long _bytesRead;

    public StorageProperties Properties { get; } = new("test", "test://", readBytes, ParallelReads: 4, rereadsAreCheap);

    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Called before each read with key and offset.</summary>
    public Action<string, long>? OnRead { get; set; }

    public IAsyncEnumerable<StorageEntry> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) =>
        inner.ListAsync(folder, recursive, cancellationToken);

    public ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken) => inner.StatAsync(key, cancellationToken);

    public async ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await Task.Yield();
        OnRead?.Invoke(key, offset);
        var read = await inner.ReadAsync(key, offset, destination, cancellationToken);
        Interlocked.Add(ref _bytesRead, read);
        return read;
    }

    public ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken) =>
        inner.WriteAsync(key, content, mode, cancellationToken);

    public ValueTask DeleteAsync(string key, CancellationToken cancellationToken) => inner.DeleteAsync(key, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
