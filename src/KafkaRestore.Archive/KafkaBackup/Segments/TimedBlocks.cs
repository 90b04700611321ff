using System.Runtime.CompilerServices;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Archive.KafkaBackup.Segments;

/// <summary>Takes note of the records' times while a segment is read.</summary>
internal static class TimedBlocks
{
    /// <summary>The same blocks; tells <paramref name="read"/> once all were given and the segment is as the manifest says.</summary>
    public static async IAsyncEnumerable<RecordBlock> Of(
        SegmentReference segment, IAsyncEnumerable<RecordBlock> blocks, List<string> notes, Action<SegmentReference, SegmentTimes> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var times = SegmentTimes.None;
        await foreach (var block in blocks.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            // Now: whoever takes the block may change what is in it.
            times = times.With(block);
            yield return block;
        }

        if (notes.Count == 0)
        {
            read(segment, times);
        }
    }
}
