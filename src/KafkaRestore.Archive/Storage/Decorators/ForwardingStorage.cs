namespace KafkaRestore.Archive.Storage.Decorators;

/// <summary>Passes everything on to another storage, which it owns; a decorator overrides what it is about.</summary>
public abstract class ForwardingStorage : IArchiveStorage
{
    /// <summary>Wraps <paramref name="inner"/>, which is disposed with this.</summary>
    protected ForwardingStorage(IArchiveStorage inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        Inner = inner;
    }

    /// <inheritdoc/>
    public StorageProperties Properties => Inner.Properties;

    /// <summary>The storage that does the work.</summary>
    protected IArchiveStorage Inner { get; }

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<StorageEntry> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) =>
        Inner.ListAsync(folder, recursive, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken) =>
        Inner.StatAsync(key, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        Inner.ReadAsync(key, offset, destination, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken) =>
        Inner.WriteAsync(key, content, mode, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DeleteAsync(string key, CancellationToken cancellationToken) =>
        Inner.DeleteAsync(key, cancellationToken);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}
