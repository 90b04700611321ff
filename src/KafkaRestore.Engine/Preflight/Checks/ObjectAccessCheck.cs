using System.Collections.Concurrent;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
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
        context.Plan.Sources.GroupBy(static pair => pair.Source.Topic, StringComparer.Ordinal)
            .OrderBy(static topic => topic.Key, StringComparer.Ordinal)
            .SelectMany(topic => Ends(context, topic.SelectMany(static pair => pair.Source.Segments, static (pair, segment) => (pair.Source.Partition, Segment: segment)), topic.Key))
            .Where(key => !context.Lost.ContainsKey(key))
            .Take(MostObjects);

    private static IEnumerable<string> Ends(PreflightContext context, IEnumerable<(int Partition, SegmentEntry Segment)> segments, string topic)
    {
        ((int Partition, SegmentEntry Segment)? oldest, (int Partition, SegmentEntry Segment)? newest) = (null, null);
        foreach (var each in segments)
        {
            oldest = oldest is { } old && old.Segment.UploadedAt <= each.Segment.UploadedAt ? oldest : each;
            newest = newest is { } young && young.Segment.UploadedAt > each.Segment.UploadedAt ? newest : each;
        }

        return new[] { oldest, newest }.OfType<(int Partition, SegmentEntry Segment)>()
            .Select(end => new SegmentReference(context.Plan.BackupId, topic, end.Partition, end.Segment).Key)
            .Distinct(StringComparer.Ordinal);
    }
}
