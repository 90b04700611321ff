using System.Collections.Concurrent;
using System.Security.Cryptography;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage.Reading;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>Reads every object whole and compares its SHA-256 with the manifest's; only on request.</summary>
internal sealed class ChecksumCheck : IPreflightCheck
{
    private const int AtOnce = 4;

    /// <inheritdoc/>
    public async ValueTask<IEnumerable<Finding>> RunAsync(PreflightContext context, CancellationToken cancellationToken)
    {
        if (!context.Depth.Checksums || !context.StorageAnswers)
        {
            return [];
        }

        var found = new ConcurrentBag<Finding>();
        long unknown = 0;
        await Parallel.ForEachAsync(context.Segments.First, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (needed, token) =>
        {
            var segment = needed.Segment;
            if (segment.Entry.Sha256 is null)
            {
                Interlocked.Increment(ref unknown);
            }
            else if (!context.Lost.ContainsKey(segment.Key) && await FindAsync(context, segment, needed.MayBeLost, token).ConfigureAwait(false) is { } finding)
            {
                found.Add(finding);
                context.Lost.TryAdd(segment.Key, 0);
            }
        }).ConfigureAwait(false);

        var findings = found.OrderBy(static finding => finding.Where, StringComparer.Ordinal).ToList();
        if (unknown > 0)
        {
            findings.Add(FindingKinds.ObjectChecksum.Info($"the manifest has no SHA-256 for {unknown} segment(s); archives made before 0.21 have none"));
        }

        return findings;
    }

    private static async ValueTask<Finding?> FindAsync(PreflightContext context, SegmentReference segment, bool mayBeLost, CancellationToken cancellationToken)
    {
        var (key, expected) = (segment.Key, segment.Entry.Sha256!.Value);
        try
        {
            var length = segment.Entry.CompressedSize > 0 ? segment.Entry.CompressedSize : (await context.Storage.StatAsync(key, cancellationToken).ConfigureAwait(false))?.Size ?? 0;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await foreach (var chunk in ObjectReader.ReadChunksAsync(context.Storage, key, length, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                hash.AppendData(chunk.Span);
            }

            context.Depth.OnChecksum?.Invoke(length);
            var actual = Sha256Digest.From(hash.GetHashAndReset());
            return actual == expected ? null
                : FindingKinds.ObjectChecksum.ErrorUnless(context.Options.TrustSegments || mayBeLost, $"the object's SHA-256 is {actual}, the manifest says {expected}", key);
        }
        catch (RestoreException failure) when (failure.Code == ErrorCodes.ArchiveCorrupt)
        {
            return FindingKinds.ObjectChecksum.ErrorUnless(mayBeLost, failure.Message, key);
        }
    }
}
