namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>
/// The bytes of a stored segment whose checksum is known good, to be gone through from header to footer.
/// </summary>
internal abstract class SegmentContent : IAsyncDisposable
{
    /// <summary>Size of the stored object in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>The first bytes, enough for the header and the start of the payload.</summary>
    public abstract ReadOnlySpan<byte> Start { get; }

    /// <summary>
    /// The next bytes of the payload (neither header nor footer); empty at its end. Valid until the next call.
    /// </summary>
    public abstract ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken);

    /// <summary>Begins again with the first bytes of the payload.</summary>
    public abstract void Rewind();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
