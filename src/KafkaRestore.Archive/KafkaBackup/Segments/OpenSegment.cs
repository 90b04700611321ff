using KafkaRestore.Records.Layout;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>A segment whose checksums are proven and whose records can be read, once.</summary>
public sealed class OpenSegment : IAsyncDisposable
{
    private readonly SegmentLease _lease;
    private readonly SegmentContent _content;
    private readonly List<string> _notes;
    private int _disposed;

    internal OpenSegment(SegmentReference reference, string key, SegmentLease lease, IAsyncEnumerable<RecordBlock> blocks, SegmentContent content, List<string> notes)
    {
        Reference = reference;
        Key = key;
        StoredBytes = content.Length;
        Blocks = blocks;
        _lease = lease;
        _content = content;
        _notes = notes;
    }

    /// <summary>What was opened.</summary>
    public SegmentReference Reference { get; }

    /// <summary>The object's key.</summary>
    public string Key { get; }

    /// <summary>Size of the stored object in bytes.</summary>
    public long StoredBytes { get; }

    /// <summary>
    /// The records in source order. Each block belongs to whoever took it and must be disposed; the next one may wait for that.
    /// Ends with ARCHIVE_CORRUPT when the records contradict the header.
    /// </summary>
    public IAsyncEnumerable<RecordBlock> Blocks { get; }

    /// <summary>Differences from the manifest that were accepted; complete when <see cref="Blocks"/> has ended.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _content.DisposeAsync().ConfigureAwait(false);
            _lease.Dispose();
        }
    }
}
