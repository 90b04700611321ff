using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight;

/// <summary>Asks the storage whether the objects of segments exist, can be read now, and have the sizes that the manifest gives.</summary>
internal sealed class ObjectCheck(RestoreOptions options, IArchiveStorage storage)
{
    /// <summary>Asks for each segment.</summary>
    /// <param name="segments">The segments.</param>
    /// <param name="atOnce">How many questions are under way at once; 1 or more.</param>
    /// <param name="tell">Gets each finding, from any thread.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <param name="seen">Gets each object that is there, from any thread; null: nobody looks.</param>
    /// <exception cref="RestoreException">The storage's own failure.</exception>
    public Task RunAsync(IEnumerable<NeededSegment> segments, int atOnce, Action<Finding> tell, CancellationToken cancellationToken, Action<StorageEntry>? seen = null) =>
        Parallel.ForEachAsync(segments, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken }, async (needed, token) =>
        {
            if (await FindAsync(needed, seen, token).ConfigureAwait(false) is { } finding)
            {
                tell(finding);
            }
        });

    private async ValueTask<Finding?> FindAsync(NeededSegment needed, Action<StorageEntry>? seen, CancellationToken cancellationToken)
    {
        var key = needed.Segment.Key;
        StorageEntry? stat;
        try
        {
            stat = await storage.StatAsync(key, cancellationToken).ConfigureAwait(false);
        }
        catch (RestoreException failure) when (failure.Code == ErrorCodes.SegmentMissing)
        {
            return FindingKinds.StorageClass.Error(failure.Message, key, failure.Hint);
        }

        if (stat is null)
        {
            return Lost(FindingKinds.ObjectMissing, "a segment that the manifest lists does not exist", key, needed.MayBeLost);
        }

        seen?.Invoke(stat);
        var expected = needed.Segment.Entry.CompressedSize;
        if (expected == 0 || stat.Size == expected)
        {
            return null;
        }

        return options.TrustSegments
            ? FindingKinds.ObjectSize.Warning($"the segment has {stat.Size} bytes, the manifest says {expected}", key, "It is read all the same (on_manifest_mismatch: trust_segment).")
            : Lost(FindingKinds.ObjectSize, $"the segment has {stat.Size} bytes, the manifest says {expected}", key, needed.MayBeLost);
    }

    private static Finding Lost(FindingKind kind, string what, string key, bool mayBeLost) => mayBeLost
        ? kind.Warning(what + "; where it is still needed, it is left out (on_damaged_segment: skip)", key, "Bring it back to have its records restored.")
        : kind.Error(what, key);
}
