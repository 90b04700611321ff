using KafkaRestore.Kafka;
using KafkaRestore.Kafka.Reading;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Hashing;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes.Reconciling;

/// <summary>
/// Finds out how far a lane really is: what stands in the log behind its checkpoint is compared, record by record, with the lane's stream. What is recognised is
/// acknowledged and not sent again; anything else stops the lane.
/// </summary>
/// <param name="reader">Reads the target back.</param>
/// <param name="log">Tells where the log begins and ends.</param>
/// <param name="feed">The stream from the checkpoint on.</param>
/// <param name="journal">Hears of what is recognised.</param>
/// <param name="target">The partition.</param>
/// <param name="options">What is accepted.</param>
internal sealed class Reconciler(ITargetReader reader, LogRange log, LaneFeed feed, LaneJournal journal, TargetPartition target, ReconcileOptions options)
{
    private static readonly ReadOptions Reading = new() { Isolation = ReadIsolation.Uncommitted };

    /// <summary>Records that were found in the log and are not sent again.</summary>
    public long Recognised { get; private set; }

    /// <summary>Target offset of the first record behind the lane's last one, when the whole stream was found and somebody has gone on writing; null otherwise.</summary>
    public long? Surplus { get; private set; }

    /// <summary>Compares, and gives the offset that the next record gets.</summary>
    /// <param name="expected">The target offset behind the last record that the checkpoint knows.</param>
    /// <param name="tail">The last records before it.</param>
    /// <param name="fencedEnd">The log's end where older writers are fenced off; null: the end is waited for.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <exception cref="RestoreException">TARGET_REWOUND, TARGET_EMPTIED, TARGET_COMPACTED, FOREIGN_WRITER; the failures of reading.</exception>
    public async Task<long> RunAsync(long expected, RecordTail tail, long? fencedEnd, CancellationToken cancellationToken)
    {
        var range = fencedEnd is { } end
            ? (await log.ReadAsync(cancellationToken).ConfigureAwait(false)) with { End = end }
            : await log.ReadSettledAsync(options.SettleTime, cancellationToken).ConfigureAwait(false);
        if (range.End < expected)
        {
            throw new RestoreException(ErrorCodes.TargetRewound, $"the log ends at offset {range.End}; this lane has written up to {expected - 1}", target.ToString());
        }

        if (range.LogStart > expected && !options.AcceptEmptied)
        {
            throw new RestoreException(ErrorCodes.TargetEmptied, $"the log begins at offset {range.LogStart}; this lane has written up to {expected - 1}, and what stood behind that cannot be compared any more", target.ToString());
        }

        await RequireTailAsync(tail, expected, range.LogStart, cancellationToken).ConfigureAwait(false);
        await RecogniseAsync(Math.Max(expected, range.LogStart), range.End, cancellationToken).ConfigureAwait(false);
        return range.End;
    }

    /// <summary>The last records before the checkpoint's end must be those that the lane wrote.</summary>
    private async Task RequireTailAsync(RecordTail tail, long expected, long logStart, CancellationToken cancellationToken)
    {
        var left = new Queue<(long Offset, uint Digest)>(tail.Entries.Where(entry => entry.Offset >= logStart));
        if (left.Count == 0 || !options.Timestamps)
        {
            return;
        }

        await foreach (var block in reader.ReadAsync(target, left.Peek().Offset, expected, Reading, cancellationToken).ConfigureAwait(false))
        {
            using (block)
            {
                foreach (var record in block)
                {
                    while (left.TryPeek(out var passed) && passed.Offset < record.Offset)
                    {
                        throw Compacted(passed.Offset);
                    }

                    if (!left.TryDequeue(out var entry) || entry.Offset != record.Offset || entry.Digest != RecordDigest.Of(record))
                    {
                        throw new RestoreException(ErrorCodes.TargetRewound, $"offset {record.Offset} holds another record than this lane wrote there", target.ToString());
                    }
                }
            }
        }

        if (left.TryPeek(out var missing))
        {
            throw Compacted(missing.Offset);
        }
    }

    private RestoreException Compacted(long offset) =>
        new(ErrorCodes.TargetCompacted, $"the record that this lane wrote at offset {offset} is gone while the log reaches further back", target.ToString());

    private async Task RecogniseAsync(long from, long to, CancellationToken cancellationToken)
    {
        await foreach (var block in reader.ReadAsync(target, from, to, Reading, cancellationToken).ConfigureAwait(false))
        {
            using (block)
            {
                for (var position = 0; position < block.Length && Surplus is null;)
                {
                    if (feed.Block is null && !await feed.MoveNextAsync(comparing: true, cancellationToken).ConfigureAwait(false))
                    {
                        Surplus = RecordView.At(block.Bytes[position..]).Offset;
                        break;
                    }

                    position += Match(block.Bytes[position..]);
                }
            }

            if (Surplus is not null)
            {
                return;
            }
        }
    }

    /// <summary>Recognises the head of the current piece in the log's next records, which stand one behind the other; gives the bytes of the log that were recognised.</summary>
    private int Match(ReadOnlySpan<byte> found)
    {
        var expected = feed.Block!.Bytes;
        var (count, length, passed) = (0, 0, 0);
        var first = RecordView.At(found).Offset;
        while (passed < found.Length && length < expected.Length)
        {
            var record = RecordView.At(found[passed..]);
            var ours = RecordView.At(expected[length..]);
            if (record.Offset != first + count)
            {
                break; // a marker stands in between
            }

            if (!RecordContent.AreEqual(record, ours, options.Timestamps))
            {
                throw new RestoreException(
                    ErrorCodes.ForeignWriter,
                    $"offset {record.Offset} holds a record that is not the next one of this restore (source offset {ours.Offset}): its {RecordContent.FirstDifference(record, ours, options.Timestamps)} differs",
                    target.ToString());
            }

            count++;
            passed += record.Encoded.Length;
            length += ours.Encoded.Length;
        }

        using var recognised = feed.TakeFirst(count, length);
        FoundRecords.Acknowledge(journal, recognised, first);
        Recognised += count;
        return passed;
    }
}

/// <summary>What a comparison accepts.</summary>
/// <param name="Timestamps">Whether timestamps must be equal: not where the topic gives records its own.</param>
/// <param name="AcceptEmptied">Whether records that the log has lost at its beginning may stay uncompared (<c>accept_emptied_target</c>).</param>
/// <param name="SettleTime">Where nothing fences older writers: how long the log's end must stand still, so that no request of theirs can be under way.</param>
internal sealed record ReconcileOptions(bool Timestamps = true, bool AcceptEmptied = false, TimeSpan SettleTime = default);
