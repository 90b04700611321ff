namespace KafkaRestore.Archive.Storage;

/// <summary>
/// Where archives live: objects with keys, read by range. Keys are relative to the storage's root, use <c>/</c>, never start
/// with it and never hold a <c>.</c> or <c>..</c> component; an implementation refuses others (<c>ARCHIVE_UNSAFE_KEY</c>, see
/// <see cref="StorageKey"/>). All members may be called from many threads at once.
/// </summary>
/// <remarks>
/// Failures are <see cref="Records.Errors.RestoreException"/> with a code: SEGMENT_MISSING (no such object), STORAGE_DENIED,
/// STORAGE_UNAVAILABLE (worth retrying), STORAGE_INVALID (no such bucket or directory, never worth retrying), STORAGE_CONFLICT,
/// DISK_FULL. Not guaranteed: that an object stays the same between two reads.
/// </remarks>
public interface IArchiveStorage : IAsyncDisposable
{
    /// <summary>What this storage is and can do.</summary>
    StorageProperties Properties { get; }

    /// <summary>
    /// Lists what is below <paramref name="folder"/> ("" is the root): with <paramref name="recursive"/> every object at any depth,
    /// else the objects and folders directly in it. Folder-based: <c>a</c> lists <c>a/…</c>, never <c>ab/…</c>. A folder that does not
    /// exist is empty. Order: by key, ordinal, a folder as if its key ended with <c>/</c> (so it stands where the objects in it would).
    /// Not guaranteed: the place of keys with characters that S3 stores percent-encoded; what changes while listing.
    /// </summary>
    IAsyncEnumerable<StorageEntry> ListAsync(string folder, bool recursive, CancellationToken cancellationToken);

    /// <summary>
    /// The object's size, time and class, or null when it does not exist. SEGMENT_MISSING: it is there, but rests in a class from which it cannot be read now.
    /// </summary>
    ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Reads from <paramref name="offset"/> until <paramref name="destination"/> is full or the object ends.
    /// </summary>
    /// <returns>
    /// Bytes read; fewer than asked for only at the object's end, 0 at or beyond it. Nothing is asked of the storage when
    /// <paramref name="destination"/> is empty. Nobody writes into it any more once the task has ended, however it ended.
    /// </returns>
    ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a whole object, atomically: nobody sees a part of it, and a failure leaves what was there before.
    /// </summary>
    ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken);

    /// <summary>Removes an object; one that does not exist is no failure. A folder without objects is gone from listings.</summary>
    ValueTask DeleteAsync(string key, CancellationToken cancellationToken);
}

/// <summary>What to do when the object to be written exists.</summary>
public enum WriteMode
{
    /// <summary>Replace it.</summary>
    Replace,

    /// <summary>Refuse with STORAGE_CONFLICT.</summary>
    CreateNew,
}

/// <summary>One entry of a listing.</summary>
/// <param name="Key">The object's key, or a folder's path without its final slash.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Size">Size in bytes; 0 for a folder.</param>
/// <param name="LastModified">When the object was last written, UTC; null when the storage does not say.</param>
public sealed record StorageEntry(string Key, bool IsFolder, long Size, DateTimeOffset? LastModified)
{
    /// <summary>The storage class, as the storage calls it (<c>STANDARD_IA</c>, <c>GLACIER_IR</c>); null for its usual class, and where it has none.</summary>
    public string? StorageClass { get; init; }
}

/// <summary>What a storage is and can do.</summary>
/// <param name="Kind">A word for metrics and reports: <c>filesystem</c>, <c>s3</c>, <c>memory</c>.</param>
/// <param name="Location">Where it is, for people: a path or URL, never with a credential.</param>
/// <param name="PreferredReadBytes">How many bytes one ranged read should ask for, so that several at once pay off; a power of two.</param>
/// <param name="ParallelReads">How many ranged reads of one object at once pay off; 1 when none do.</param>
/// <param name="RereadsAreCheap">Whether reading an object a second time costs little (a local disk), so that a large one need not be spooled.</param>
public sealed record StorageProperties(string Kind, string Location, int PreferredReadBytes, int ParallelReads, bool RereadsAreCheap);
