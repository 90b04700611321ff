using KafkaRestore.Engine.Planning;
using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Lanes.Skipping;

/// <summary>
/// What one lane leaves out because it cannot be read or written. Every decision is durable before anything behind it is sent, and holds for the rest of the job: the lane's stream stays
/// the same whatever is repaired later, so what stands in the target can always be compared with it.
/// </summary>
internal sealed class LaneSkips
{
    /// <summary>Most single records that one lane leaves out; more mean that something else is wrong.</summary>
    public const int MostRecords = 100_000;

    private readonly Lock _gate = new();
    private readonly LanePlan _lane;
    private readonly LaneJournal _journal;
    private readonly LaneStatus _status;
    private readonly ISkipLog? _log;
    private readonly int _mostRecords;
    private readonly HashSet<(string Topic, int Partition, long Offset)> _records;

    /// <param name="lane">The lane.</param>
    /// <param name="journal">Says how far the lane is, and hears of records that its sink leaves out.</param>
    /// <param name="status">Counts for progress and report.</param>
    /// <param name="log">Where decisions are kept; null keeps none.</param>
    /// <param name="noted">The decisions of earlier runs.</param>
    /// <param name="mostRecords">Most single records.</param>
    public LaneSkips(LanePlan lane, LaneJournal journal, LaneStatus status, ISkipLog? log, IReadOnlyList<Skip> noted, int mostRecords = MostRecords)
    {
        _lane = lane;
        _journal = journal;
        _status = status;
        _log = log;
        _mostRecords = mostRecords;
        _records = [.. noted.Where(skip => !skip.IsSegment).Select(skip => (skip.Topic, skip.Partition, skip.FirstOffset))];
        _status.Skips = SkipSummary.Of(noted);
    }

    /// <summary>Decides about what the stream has found.</summary>
    /// <param name="skip">What was found.</param>
    /// <param name="generation">The generation being read.</param>
    /// <param name="source">Index of its source.</param>
    /// <param name="comparing">Whether the log holds records that are yet to be found in the stream.</param>
    /// <exception cref="RestoreException">ARCHIVE_CORRUPT: it may be in the target already, in part. STATE_UNWRITABLE.</exception>
    public void Accept(Skip skip, int generation, int source, bool comparing)
    {
        if (skip.IsSegment && (comparing || _journal.HasPassed(generation, source, skip.FirstOffset)))
        {
            throw new RestoreException(
                ErrorCodes.ArchiveCorrupt,
                $"{skip.Reason}; an earlier run may have restored records of it, so it can be neither compared nor left out",
                skip.Object,
                "Bring the object back from versioning or a copy, or begin anew with --again into an empty topic.");
        }

        Note(skip);
    }

    /// <summary>Leaves a record out that the sink cannot write.</summary>
    /// <exception cref="RestoreException">PRODUCE_REFUSED: too many are left out already. STATE_UNWRITABLE.</exception>
    public ValueTask LeaveOutAsync(UnwritableRecord record, CancellationToken cancellationToken)
    {
        Note(Skip.OfRecord(_lane.Sources[record.Source], record.SourceOffset, record.Refusal));
        _journal.LeftOut(record.Source, record.SourceOffset);
        return ValueTask.CompletedTask;
    }

    private void Note(Skip skip)
    {
        lock (_gate)
        {
            var record = (skip.Topic, skip.Partition, skip.FirstOffset);
            if (!skip.IsSegment && _records.Contains(record))
            {
                return;
            }

            if (!skip.IsSegment && _records.Count >= _mostRecords)
            {
                throw new RestoreException(
                    ErrorCodes.ProduceRefused,
                    $"{_records.Count} records of this partition are left out already, which is the most; the next one is {skip.Topic}/{skip.Partition} offset {skip.FirstOffset} ({skip.Code}: {skip.Reason})",
                    _lane.Target.ToString(),
                    "Remove the cause that the report names, then run the same command again.");
            }

            _log?.Append(skip);
            if (!skip.IsSegment)
            {
                _records.Add(record);
            }

            _status.Skips = _status.Skips.With(skip);
        }
    }
}
