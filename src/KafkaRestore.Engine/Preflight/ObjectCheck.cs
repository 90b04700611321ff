using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight;

/// <summary>Asks the storage whether the objects of segments exist and have the sizes that the manifest gives.</summary>
internal sealed class ObjectCheck(RestoreOptions options, IArchiveStorage storage)
{
    /// <summary>Asks for each segment.</summary>
    /// <param name="segments">The segments.</param>
    /// <param name="atOnce">How many questions are under way at once; 1 or more.</param>
    /// <param name="tell">Gets each finding, from any thread.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="RestoreException">The storage's own failure.</exception>
    public Task RunAsync(IEnumerable<NeededSegment> segments, int atOnce, Action<Finding> tell, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(segments, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken }, async (needed, token) =>
        {
            if (await FindAsync(needed, token).ConfigureAwait(false) is { } finding)
            {
                tell(finding);
            }
        });

    private async ValueTask<Finding?> FindAsync(NeededSegment needed, CancellationToken cancellationToken)
    {
        var key = needed.Segment.Key;
        var stat = await storage.StatAsync(key, cancellationToken).ConfigureAwait(false);
        if (stat is null)
        {
            return Lost(ErrorCodes.SegmentMissing, "a segment that the manifest lists does not exist", key, needed.MayBeLost);
        }

        var expected = needed.Segment.Entry.CompressedSize;
        if (expected == 0 || stat.Size == expected)
        {
            return null;
        }

        return options.TrustSegments
            ? new Finding(Severity.Warning, null, $"the segment has {stat.Size} bytes, the manifest says {expected}", key)
            : Lost(ErrorCodes.ArchiveCorrupt, $"the segment has {stat.Size} bytes, the manifest says {expected}", key, needed.MayBeLost);
    }

    private static Finding Lost(ErrorCode code, string what, string key, bool mayBeLost) => mayBeLost
        ? new Finding(Severity.Warning, null, what + "; where it is still needed, it is left out (on_damaged_segment: skip)", key)
        : new Finding(Severity.Error, code, what, key);
}
