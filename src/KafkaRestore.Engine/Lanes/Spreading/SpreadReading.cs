using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;

namespace KafkaRestore.Engine.Lanes.Spreading;

/// <summary>
/// Reads the sources of a repartitioned topic once for several of its lanes, and gives each record to the lane of its partition. Begins when the first lane asks,
/// at the earliest place that any lane needs.
/// </summary>
/// <remarks>
/// It waits for the slowest lane, and for nothing else: every lane that has joined must be running, or have left. A lane never waits for another one to come to an end.
/// </remarks>
/// <param name="plan">The plan.</param>
/// <param name="sources">The sources, the same for all lanes.</param>
/// <param name="repartitioning">How records are spread.</param>
/// <param name="reader">Reads segments within its budget.</param>
internal sealed class SpreadReading(RestorePlan plan, IReadOnlyList<LaneSource> sources, Repartitioning repartitioning, SegmentReader reader)
{
    // So that the position of a lane that gets few records moves, too.
    private const int BlocksBetweenMarks = 64;

    private readonly SegmentReader _reader = reader.Together();
    private readonly RecordPartitioner _partitioner = new(repartitioning);
    private readonly Dictionary<int, LaneShare> _shares = [];
    private readonly LaneShare?[] _byPartition = new LaneShare?[repartitioning.TargetPartitions];
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _reading;
    private bool _ended;

    /// <summary>The reading of the generation before, which must have ended first; null is none.</summary>
    public SpreadReading? After { get; set; }

    /// <summary>Adds the lane of a partition; before the first one reads.</summary>
    public LaneShare Join(int partition, StreamPosition from)
    {
        var share = new LaneShare(from, new MemoryBudget(LaneShare.RoomBytes), BufferPool.Shared) { Begin = Begin };
        _shares.Add(partition, share);
        return _byPartition[partition] = share;
    }

    /// <summary>The lane of a partition has ended, in whatever way; when all that needed anything have, the reading ends.</summary>
    public void Leave(int partition)
    {
        if (!_shares.TryGetValue(partition, out var share))
        {
            return;
        }

        share.Leave();
        if (!IsNeeded)
        {
            _ending.Cancel();
            lock (_gate)
            {
                _ended = true;
                if (_reading is null)
                {
                    _finished.TrySetResult();
                }
            }
        }
    }

    private bool IsNeeded => _shares.Values.Any(share => share.NeedsFrom(sources.Count - 1) is not null);

    /// <summary>Ends the reading, and gives back what was not taken. Every lane has left.</summary>
    public async Task EndAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        Task? reading;
        lock (_gate)
        {
            _ended = true;
            reading = _reading;
        }

        if (reading is not null)
        {
            await reading.ConfigureAwait(false);
        }

        foreach (var share in _shares.Values)
        {
            share.Clear();
        }
    }

    private void Begin()
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _reading ??= Task.Run(RunAsync, CancellationToken.None);
            }
        }
    }

    private async Task RunAsync()
    {
        Exception? failure = null;
        try
        {
            if (After is { IsNeeded: true } before)
            {
                // Its last lanes may need the memory that this one would take.
                await before._finished.Task.WaitAsync(_ending.Token).ConfigureAwait(false);
            }

            for (var i = 0; i < sources.Count; i++)
            {
                await ReadSourceAsync(i, _ending.Token).ConfigureAwait(false);
            }
        }
        catch (Exception reason)
        {
            failure = reason;
        }

        foreach (var share in _shares.Values)
        {
            share.Complete(failure);
        }

        _finished.TrySetResult();
    }

    private async Task ReadSourceAsync(int index, CancellationToken cancellationToken)
    {
        // Asked once: a lane may leave at any moment, and then needs nothing.
        var needs = _shares.Select(pair => (Partition: pair.Key, Share: pair.Value, From: pair.Value.NeedsFrom(index))).Where(need => need.From is not null).ToList();
        if (needs.Count == 0)
        {
            return;
        }

        var source = sources[index];
        var readFrom = needs.Min(need => need.From!.Value);
        var (_, owner, ownerFrom) = needs.FirstOrDefault(need => need.Partition == 0);
        var counters = new SourceCounters();
        var outside = new OutsideWindow(plan.Rules, counters, ownerFrom ?? long.MaxValue);
        var (counted, untold) = (counters.Read, default(ReadCount));
        var stream = new SourceStream(
            plan.BackupId, source, plan.Rules, _reader, counters, BufferPool.Shared, readFrom, outside.CountFrom, unread: new UnreadSegments(plan, source));
        var (reached, blocks) = (readFrom, 0);
        await foreach (var (block, accountedBelow, _) in stream.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var spread = block is null ? reached : await SpreadAsync(block, index, source.Partition, outside, cancellationToken).ConfigureAwait(false);
            reached = Math.Max(reached, accountedBelow ?? spread);
            untold = counters.Read.Since(counted);
            var all = ++blocks % BlocksBetweenMarks == 0;
            foreach (var (_, share, from) in needs)
            {
                // A place that the lane has passed already would take it back.
                if (from <= reached)
                {
                    Tell(share, all);
                }
            }
        }

        untold = counters.Read.Since(counted);
        foreach (var (_, share, _) in needs)
        {
            var told = share == owner ? untold : default;
            share.EndSource(reached, ref told);
        }

        void Tell(LaneShare share, bool all)
        {
            var told = share == owner ? untold : default;
            share.Close(reached, ref told, all);
            if (share == owner && told == default)
            {
                counted = counters.Read;
            }
        }
    }

    /// <summary>Gives each record of a block to its lane; answers what lies behind the last one.</summary>
    private async ValueTask<long> SpreadAsync(RecordBlock block, int index, int sourcePartition, OutsideWindow outside, CancellationToken cancellationToken)
    {
        using (block)
        {
            var position = 0;
            long reached = 0;
            while (position < block.Length)
            {
                if (Spread(block, index, sourcePartition, outside, ref position, ref reached) is { } full)
                {
                    // Once it has left it takes no place, and the record is passed over.
                    await full.MakePlaceAsync(RecordView.At(block.Bytes[position..]).Encoded.Length, cancellationToken).ConfigureAwait(false);
                }
            }

            return reached;
        }
    }

    /// <summary>Goes on until the end, or until a share has no place for the record at <paramref name="position"/>.</summary>
    private LaneShare? Spread(RecordBlock block, int index, int sourcePartition, OutsideWindow outside, ref int position, ref long reached)
    {
        var bytes = block.Bytes;
        while (position < bytes.Length)
        {
            var record = RecordView.At(bytes[position..]);
            if (!outside.Takes(record))
            {
                var share = _byPartition[_partitioner.PartitionOf(record, sourcePartition)];
                if (share?.NeedsFrom(index) <= record.Offset && !share.TryAdd(record.Encoded))
                {
                    return share;
                }
            }

            reached = record.Offset + 1;
            position += record.Encoded.Length;
        }

        return null;
    }
}
