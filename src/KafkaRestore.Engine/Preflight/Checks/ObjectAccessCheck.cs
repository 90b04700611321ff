using System.Collections.Concurrent;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Preflight.Facts;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight.Checks;

/// <summary>
/// Reads one byte of the oldest and of the newest object of each topic: seeing an object is another right than reading it, and than decrypting it.
/// </summary>
internal sealed class ObjectAccessCheck : IPreflightCheck
{
    private const int MostObjects = 200;
    private const int AtOnce = 16;

    /// <inheritdoc/>
    public async ValueTask<IEnumerable<Finding>> RunAsync(PreflightContext context, CancellationToken cancellationToken)
    {
        if (!context.StorageAnswers)
        {
            return [];
        }

        var found = new ConcurrentBag<Finding>();
        await Parallel.ForEachAsync(Choose(context), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (key, token) =>
        {
            if (await TryAsync(context, key, token).ConfigureAwait(false) is { } failure)
            {
                found.Add(failure.Code == ErrorCodes.SegmentMissing
                    ? FindingKinds.StorageClass.Error(failure.Message, key, failure.Hint)
                    : FindingKinds.ObjectAccess.Error($"the object is there, and reading it fails: {failure.Message}", key));
                context.Lost.TryAdd(key, 0);
            }
        }).ConfigureAwait(false);
        return found.OrderBy(static finding => finding.Where, StringComparer.Ordinal);
    }

    private static async ValueTask<RestoreException?> TryAsync(PreflightContext context, string key, CancellationToken cancellationToken)
    {
        try
        {
            await context.Storage.ReadAsync(key, 0, new byte[1], cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (RestoreException failure) when (failure.Code == ErrorCodes.StorageDenied || failure.Code == ErrorCodes.SegmentMissing)
        {
            return failure;
        }
    }

    private static IEnumerable<string> Choose(PreflightContext context) =>
        Readable(context).GroupBy(static segment => segment.Topic, StringComparer.Ordinal)
            .OrderBy(static topic => topic.Key, StringComparer.Ordinal)
            .SelectMany(Ends)
            .Where(key => !context.Lost.ContainsKey(key))
            .Take(MostObjects);

    // What a job that goes on has restored already may be gone.
    private static IEnumerable<SegmentReference> Readable(PreflightContext context) => context.IsFirstRun
        ? context.Plan.Sources.SelectMany(
            pair => SegmentsToRead.Of(context.Plan, pair.Source),
            (pair, segment) => new SegmentReference(context.Plan.BackupId, pair.Source.Topic, pair.Source.Partition, segment))
        : context.Segments.First.Select(static needed => needed.Segment);

    private static IEnumerable<string> Ends(IEnumerable<SegmentReference> segments)
    {
        (SegmentReference? oldest, SegmentReference? newest) = (null, null);
        foreach (var segment in segments)
        {
            oldest = oldest is { } old && old.Entry.UploadedAt <= segment.Entry.UploadedAt ? oldest : segment;
            newest = newest is { } young && young.Entry.UploadedAt > segment.Entry.UploadedAt ? newest : segment;
        }

        return new[] { oldest, newest }.OfType<SegmentReference>().Select(static segment => segment.Key).Distinct(StringComparer.Ordinal);
    }
}
