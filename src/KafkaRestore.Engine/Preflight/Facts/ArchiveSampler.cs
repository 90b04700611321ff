using System.Collections.Concurrent;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Preflight.Facts;

/// <summary>Looks into the first and the last segment of partitions, as far as that is cheap: partition 0 of each topic first, then partition 1, and so on.</summary>
internal static class ArchiveSampler
{
    private const int MostSegments = 64;
    private const long MostStoredBytes = 64 << 20;
    private const long MostUnpackedBytes = 256 << 20;
    private const int AtOnce = 4;

    /// <summary>Looks.</summary>
    /// <exception cref="RestoreException">The storage's own failures.</exception>
    public static async Task<ArchiveSample> LookAsync(PreflightContext context, CancellationToken cancellationToken)
    {
        var reader = new SegmentReader(context.Storage, new MemoryBudget(context.Options.Execution.MemoryBudgetBytes), new SegmentReadOptions
        {
            TrustSegments = context.Options.TrustSegments,
            SpoolDirectory = context.Options.Execution.SpoolDirectory,
        });
        var sources = new ConcurrentBag<SampledSource>();
        var damaged = new ConcurrentBag<DamagedSegment>();
        var chosen = Choose(context);
        long seen = 0;
        await Parallel.ForEachAsync(chosen, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (source, token) =>
        {
            var (lane, from, segments) = source;
            var sample = new SampledSource { Name = from.ToString(), TargetTopic = lane.Target.Topic };
            foreach (var segment in segments)
            {
                try
                {
                    await ReadAsync(reader, new SegmentReference(context.Plan.BackupId, from.Topic, from.Partition, segment), context.Plan.Rules, sample, token).ConfigureAwait(false);
                }
                catch (RestoreException failure) when (failure.Code == ErrorCodes.ArchiveCorrupt || failure.Code == ErrorCodes.ArchiveLimit)
                {
                    damaged.Add(new DamagedSegment(failure, context.Options.Skips.DamagedSegments && lane.Repartitioning is null));
                }

                Interlocked.Increment(ref seen);
            }

            sources.Add(sample);
        }).ConfigureAwait(false);
        return new ArchiveSample(
            [.. sources.OrderBy(static source => source.Name, StringComparer.Ordinal)],
            seen,
            context.Plan.SegmentCount,
            [.. damaged.OrderBy(static segment => segment.Failure.Where, StringComparer.Ordinal)]);
    }

    private static List<(LanePlan Lane, LaneSource Source, IReadOnlyList<SegmentEntry> Segments)> Choose(PreflightContext context)
    {
        var chosen = new List<(LanePlan, LaneSource, IReadOnlyList<SegmentEntry>)>();
        var (segments, stored, unpacked) = (0, 0L, 0L);
        foreach (var (lane, source) in context.Plan.Sources.OrderBy(static pair => pair.Source.Partition).ThenBy(static pair => pair.Source.Topic, StringComparer.Ordinal))
        {
            List<SegmentEntry> own = [.. Ends(SegmentsToRead.Of(context.Plan, source)).Where(segment => IsThere(context, source, segment) && Fits(segment))];
            if (own.Count > 0)
            {
                chosen.Add((lane, source, own));
            }
        }

        return chosen;

        bool Fits(SegmentEntry segment)
        {
            if (segments == MostSegments || stored + segment.CompressedSize > MostStoredBytes || unpacked + segment.UnpackedBytes > MostUnpackedBytes)
            {
                return false;
            }

            (segments, stored, unpacked) = (segments + 1, stored + segment.CompressedSize, unpacked + segment.UnpackedBytes);
            return true;
        }
    }

    private static IEnumerable<SegmentEntry> Ends(IReadOnlyList<SegmentEntry> segments) => segments.Count < 2 ? segments : [segments[0], segments[^1]];

    private static bool IsThere(PreflightContext context, LaneSource source, SegmentEntry segment) =>
        context.Lost.IsEmpty || !context.Lost.ContainsKey(segment.KeyIn(context.Plan.BackupId, source.Topic, source.Partition));

    private static async Task ReadAsync(SegmentReader reader, SegmentReference segment, StreamRules rules, SampledSource sample, CancellationToken cancellationToken)
    {
        var reservation = await reader.Budget.ReserveAsync(reader.MemoryFor(segment), cancellationToken).ConfigureAwait(false);
        var open = await reader.OpenAsync(segment, reservation, cancellationToken).ConfigureAwait(false);
        await using (open.ConfigureAwait(false))
        {
            await foreach (var block in open.Blocks.ConfigureAwait(false))
            {
                using (block)
                {
                    Look(block, rules, mayLackNulls: segment.Entry.Sha256 is null, sample);
                }
            }
        }
    }

    private static void Look(RecordBlock block, StreamRules rules, bool mayLackNulls, SampledSource sample)
    {
        foreach (var record in block)
        {
            if (rules.IsOutside(record.Timestamp))
            {
                continue;
            }

            sample.Records++;
            if (ControlRecords.IsMarker(record))
            {
                sample.Markers++;
                continue;
            }

            sample.WithoutKey += record.KeyIsNull ? 1 : 0;
            var bytes = record.Key.Length + (long)record.Value.Length;
            var (offsets, empty) = (0, false);
            foreach (var header in record.Headers)
            {
                bytes += header.Key.Length + header.Value.Length;
                offsets += header.Key.SequenceEqual(TrackingHeaders.OffsetName) ? 1 : 0;
                empty |= !header.ValueIsNull && header.Value.IsEmpty;
            }

            sample.Chained += offsets > 1 ? 1 : 0;
            sample.EmptyHeaders += empty && mayLackNulls ? 1 : 0;
            if (bytes > sample.LargestBytes)
            {
                (sample.LargestBytes, sample.LargestAt) = (bytes, record.Offset);
            }
        }
    }
}
