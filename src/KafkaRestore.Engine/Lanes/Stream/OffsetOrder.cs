using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>
/// Watches that a source's offsets ascend from block to block. Within a segment the reader proves it; a segment that is taken at its word
/// against the manifest can reach into the next one, and its records would be restored twice.
/// </summary>
internal sealed class OffsetOrder(LaneSource source)
{
    private long _reached = -1;

    /// <summary>Takes note of the next block. With <paramref name="scan"/> its last offset too; else <see cref="Reach"/> must tell it in time.</summary>
    /// <exception cref="RestoreException">ARCHIVE_CORRUPT: it begins at or before an offset that was read already.</exception>
    public void Follow(RecordBlock block, string key, bool scan)
    {
        if (block.Count > 0 && RecordView.At(block.Bytes).Offset is var first && first <= _reached)
        {
            block.Dispose();
            throw new RestoreException(ErrorCodes.ArchiveCorrupt,
                $"the segment holds source offset {first} of {source}, but what was read before it reaches to {_reached}, other than the manifest says", key);
        }

        if (scan)
        {
            foreach (var record in block)
            {
                _reached = record.Offset;
            }
        }
    }

    /// <summary>Everything up to <paramref name="offset"/> has been read.</summary>
    public void Reach(long offset) => _reached = Math.Max(_reached, offset);
}
