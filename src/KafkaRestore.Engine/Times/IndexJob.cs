using System.Collections.Concurrent;
using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Times;

/// <summary>
/// Reads every segment that a restore selects and the time index does not know yet, each once, and takes note of its times. What is read is proven as in a restore; what was noted
/// stays, so that an interrupted run goes on with the rest. Asks no target cluster.
/// </summary>
public sealed class IndexJob
{
    /// <summary>Most problems that are listed one by one.</summary>
    public const int ProblemsKept = 10_000;

    private const long SmallRereadSegment = 2 << 20;
    private const long LeastWhole = 1 << 20;

    // What makes one segment bad; other failures are the storage's own and end the run.
    private static readonly HashSet<ErrorCode> s_damage = [ErrorCodes.SegmentMissing, ErrorCodes.ArchiveCorrupt, ErrorCodes.ArchiveLimit, ErrorCodes.ArchiveUnsafeKey];

    private readonly RestorePlan _plan;
    private readonly ExecutionOptions _execution;
    private readonly IArchiveStorage _storage;
    private readonly TimeIndex _index;
    private readonly TimeProvider _time;
    private readonly string? _damage;
    private readonly long _knownBefore;
    private readonly ConcurrentBag<IndexProblem> _problems = [];
    private long _read;
    private long _bytes;
    private long _bad;

    private IndexJob(RestorePlan plan, ExecutionOptions execution, IArchiveStorage storage, TimeIndex index, TimeProvider time)
    {
        (_plan, _execution, _storage, _index, _time, _damage) = (plan, execution, storage, index, time, index.Damage);
        _knownBefore = Segments().LongCount(IsKnown);
    }

    /// <summary>Reads the manifest and opens the index.</summary>
    /// <param name="options">The restore that is meant; its time window does not matter.</param>
    /// <param name="directory">The directory of states.</param>
    /// <param name="storage">Where the archive is; stays the caller's to dispose.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="RestoreException">The archive or the index cannot be read, or nothing sensible is selected.</exception>
    public static async Task<IndexJob> OpenAsync(RestoreOptions options, string directory, IArchiveStorage storage, TimeProvider time, CancellationToken cancellationToken)
    {
        var manifest = await ManifestReader.ReadAsync(storage, options.BackupId, cancellationToken).ConfigureAwait(false);
        var plan = PlanBuilder.Build(manifest, options with { Selection = options.Selection with { TimeWindowStart = null, TimeWindowEnd = null } });
        return new IndexJob(plan, options.Execution, storage, TimeIndex.Open(directory, manifest, storage.Properties, time), time);
    }

    /// <summary>Segments whose times are known by now, and those that were selected; may be asked while it runs.</summary>
    public (long Known, long Selected, long StoredBytesRead, long Problems) Progress =>
        (_knownBefore + Interlocked.Read(ref _read), _plan.SegmentCount, Interlocked.Read(ref _bytes), Interlocked.Read(ref _bad));

    /// <summary>Reads what is not known.</summary>
    /// <param name="atOnce">How many segments at once; 1 or more.</param>
    /// <param name="stop">Stops it; the report then says how far it is.</param>
    /// <exception cref="RestoreException">The storage does not answer or refuses; STATE_UNWRITABLE: the index cannot be written.</exception>
    public async Task<IndexReport> RunAsync(int atOnce, CancellationToken stop)
    {
        var started = _time.GetTimestamp();
        var reader = new SegmentReader(_storage, new MemoryBudget(_execution.MemoryBudgetBytes), new SegmentReadOptions
        {
            WholeInMemoryBytes = _storage.Properties.RereadsAreCheap ? SmallRereadSegment : Math.Max(LeastWhole, _execution.MemoryBudgetBytes / (atOnce * 2L)),
            SpoolDirectory = _execution.SpoolDirectory,
            OnRead = _index.Add,
        });
        var stopped = false;
        try
        {
            var parallel = new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = atOnce };
            await Parallel.ForEachAsync(Segments().Where(segment => !IsKnown(segment)), parallel, (segment, token) => ReadAsync(reader, segment, token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            stopped = true;
        }
        finally
        {
            _index.Save();
        }

        return _index.Failure is { } unwritable ? throw unwritable : Report(stopped, _time.GetElapsedTime(started));
    }

    /// <summary>How complete the index is; reads no segment.</summary>
    public IndexReport Show() => Report(stopped: false, TimeSpan.Zero);

    private IEnumerable<SegmentReference> Segments() =>
        from pair in _plan.Sources
        let source = pair.Source
        from segment in source.Segments
        select new SegmentReference(_plan.BackupId, source.Topic, source.Partition, segment);

    // One without a record has no times, and nothing to be looked for.
    private bool IsKnown(SegmentReference segment) => segment.Entry.RecordCount == 0 || _index.Find(segment) is not null;

    private async ValueTask ReadAsync(SegmentReader reader, SegmentReference segment, CancellationToken stop)
    {
        try
        {
            var reservation = await reader.Budget.ReserveAsync(reader.MemoryFor(segment), stop).ConfigureAwait(false);
            var open = await reader.OpenAsync(segment, reservation, stop).ConfigureAwait(false);
            await using (open.ConfigureAwait(false))
            {
                await foreach (var block in open.Blocks.WithCancellation(stop).ConfigureAwait(false))
                {
                    block.Dispose();
                }

                Interlocked.Add(ref _bytes, open.StoredBytes);
                Interlocked.Increment(ref _read);
            }
        }
        catch (RestoreException damage) when (s_damage.Contains(damage.Code))
        {
            if (Interlocked.Increment(ref _bad) <= ProblemsKept)
            {
                _problems.Add(new IndexProblem(damage.Code.Word, segment.Key, damage.Message));
            }
        }

        if (_index.Failure is { } unwritable)
        {
            throw unwritable;
        }
    }

    private IndexReport Report(bool stopped, TimeSpan duration)
    {
        var topics = Segments().GroupBy(segment => segment.Topic).OrderBy(topic => topic.Key, StringComparer.Ordinal).Select(topic => TopicTimes.Of(topic.Key, topic, _index)).ToList();
        var (selected, known) = (topics.Sum(topic => topic.Segments), topics.Sum(topic => topic.SegmentsKnown));
        return new IndexReport
        {
            BackupId = _plan.BackupId,
            Status = stopped ? IndexStatus.Stopped : known == selected ? IndexStatus.Complete : IndexStatus.Incomplete,
            IndexFile = _index.FileName!,
            Damage = _damage,
            SegmentsSelected = selected,
            SegmentsKnown = known,
            SegmentsKnownBefore = _knownBefore,
            SegmentsRead = _read,
            StoredBytesRead = _bytes,
            StoredBytesLeft = Segments().Where(segment => !IsKnown(segment)).Sum(segment => segment.Entry.CompressedSize),
            SlackNeededMs = topics.Max(topic => topic.SlackNeededMs),
            Topics = topics,
            Problems = [.. _problems.OrderBy(problem => problem.Object, StringComparer.Ordinal)],
            ProblemsNotListed = _bad - _problems.Count,
            DurationMs = (long)duration.TotalMilliseconds,
        };
    }
}
