using System.Collections.Concurrent;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Reporting;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Cli.Archives;

/// <summary>
/// Checks an archive's objects against its manifest: that each exists in the right size, or, deep, every checksum and every record.
/// Bounded in memory whatever the archive's size.
/// </summary>
/// <remarks>Not noticed: objects that the manifest does not name.</remarks>
internal sealed class ArchiveCheck(IArchiveStorage storage, Manifest manifest, bool deep, TimeProvider time)
{
    /// <summary>Most problems that are listed one by one.</summary>
    public const int ProblemsKept = 10_000;

    private const int StatsAtOnce = 32;
    private const long DeepBudget = 256 << 20;

    // What makes one segment bad; other failures are the storage's own and end the check.
    private static readonly HashSet<ErrorCode> Damage = [ErrorCodes.SegmentMissing, ErrorCodes.ArchiveCorrupt, ErrorCodes.ArchiveLimit, ErrorCodes.ArchiveUnsafeKey];

    private readonly SegmentReader _reader = new(storage, new MemoryBudget(DeepBudget));
    private readonly ConcurrentBag<ArchiveProblem> _problems = [];
    private readonly long _planned = manifest.Topics.Sum(topic => topic.Partitions.Sum(partition => (long)partition.Segments.Count));
    private long _checked;
    private long _missing;
    private long _corrupt;
    private long _records;
    private long _bytes;

    /// <summary>How far the check is, on one line.</summary>
    public string Status() =>
        $"{Show.Count(Interlocked.Read(ref _checked))} of {Show.Count(_planned, "segment")} checked, {Show.Count(Interlocked.Read(ref _records), "record")}, " +
        $"{Show.Size(Interlocked.Read(ref _bytes))}, {Show.Count(Interlocked.Read(ref _missing) + Interlocked.Read(ref _corrupt), "problem")}";

    /// <summary>Runs the check.</summary>
    /// <exception cref="RestoreException">The storage does not answer or refuses.</exception>
    public async Task<ArchiveCheckReport> RunAsync(CancellationToken stop)
    {
        var started = time.GetTimestamp();
        var parallel = new ParallelOptions
        {
            CancellationToken = stop,
            MaxDegreeOfParallelism = deep ? Math.Clamp(Environment.ProcessorCount * 2, 2, 16) : StatsAtOnce,
        };
        await Parallel.ForEachAsync(Segments(), parallel, CheckAsync).ConfigureAwait(false);
        var completeness = Completeness();
        return new ArchiveCheckReport
        {
            BackupId = manifest.BackupId,
            CreatedAt = manifest.CreatedAt,
            Deep = deep,
            Valid = _missing == 0 && _corrupt == 0 && completeness.PartitionsIncomplete == 0,
            SegmentsChecked = _checked,
            SegmentsValid = _checked - _missing - _corrupt,
            SegmentsMissing = _missing,
            SegmentsCorrupted = _corrupt,
            RecordsValidated = _records,
            BytesChecked = _bytes,
            Problems = [.. _problems.OrderBy(problem => problem.Object, StringComparer.Ordinal)],
            ProblemsNotListed = _missing + _corrupt - _problems.Count,
            Topics = [.. manifest.Topics.Select(TopicSummary.Of)],
            Completeness = completeness,
            DurationMs = (long)time.GetElapsedTime(started).TotalMilliseconds,
        };
    }

    private IEnumerable<SegmentReference> Segments() =>
        from topic in manifest.Topics
        from partition in topic.Partitions
        from segment in partition.Segments
        select new SegmentReference(manifest.BackupId, topic.Name, partition.PartitionId, segment);

    private async ValueTask CheckAsync(SegmentReference segment, CancellationToken stop)
    {
        try
        {
            var (records, bytes) = deep ? await ReadAsync(segment, stop).ConfigureAwait(false) : await StatAsync(segment, stop).ConfigureAwait(false);
            Interlocked.Add(ref _records, records);
            Interlocked.Add(ref _bytes, bytes);
        }
        catch (RestoreException damage) when (Damage.Contains(damage.Code))
        {
            var count = damage.Code == ErrorCodes.SegmentMissing ? Interlocked.Increment(ref _missing) : Interlocked.Increment(ref _corrupt);
            if (count <= ProblemsKept / 2) // of either kind
            {
                _problems.Add(new ArchiveProblem(damage.Code.Word, segment.Key, segment.Topic, segment.Partition, damage.Message));
            }
        }

        Interlocked.Increment(ref _checked);
    }

    private async Task<(long Records, long Bytes)> StatAsync(SegmentReference segment, CancellationToken stop)
    {
        var stat = await storage.StatAsync(segment.Key, stop).ConfigureAwait(false)
            ?? throw new RestoreException(ErrorCodes.SegmentMissing, "a segment that the manifest lists does not exist", segment.Key);
        var expected = segment.Entry.CompressedSize;
        return expected == 0 || expected == stat.Size
            ? (segment.Entry.RecordCount, stat.Size)
            : throw new RestoreException(ErrorCodes.ArchiveCorrupt, $"the segment has {stat.Size} bytes, the manifest says {expected}", segment.Key);
    }

    private async Task<(long Records, long Bytes)> ReadAsync(SegmentReference segment, CancellationToken stop)
    {
        var reservation = await _reader.Budget.ReserveAsync(_reader.MemoryFor(segment), stop).ConfigureAwait(false);
        var open = await _reader.OpenAsync(segment, reservation, stop).ConfigureAwait(false);
        await using (open.ConfigureAwait(false))
        {
            long records = 0;
            await foreach (var block in open.Blocks.ConfigureAwait(false))
            {
                records += block.Count;
                block.Dispose();
            }

            return (records, open.StoredBytes);
        }
    }

    private CompletenessReport Completeness()
    {
        var judged = (from topic in manifest.Topics
                      from partition in topic.Partitions
                      select (topic.Name, partition.PartitionId, Completeness: PartitionCompleteness.Of(partition))).ToList();
        return new CompletenessReport(
            judged.Count(item => item.Completeness.State == CompletenessState.Proven),
            judged.Count(item => item.Completeness.State == CompletenessState.NotProvable),
            judged.Count(item => item.Completeness.State == CompletenessState.Incomplete),
            [.. from item in judged
                from hole in item.Completeness.Holes
                where hole.Cause != HoleCause.Unknown
                select new HoleReport(item.Name, item.PartitionId, hole.Start, hole.End, Words.Of(hole.Cause), hole.Reason)]);
    }
}
