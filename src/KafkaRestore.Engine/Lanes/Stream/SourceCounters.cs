namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>What happened to the records of one source before they reached the sink. Written by the lane, read by progress and report.</summary>
public sealed class SourceCounters
{
    private const int ExamplesKept = 20;
    private readonly Lock _gate = new();
    private readonly List<long> _controlExamples = [];
    private readonly List<string> _notes = [];
    private long _segmentsRead;
    private long _segmentsUnread;
    private long _storedBytesRead;
    private long _skippedByWindow;
    private long _control;
    private long _duplicates;
    private long _otherGeneration;
    private long _unwritable;
    private long _damaged;
    private long _leftOutBySink;

    /// <summary>Counts from 0, or on from an earlier run.</summary>
    public SourceCounters(SourceTally tally = default)
    {
        _skippedByWindow = tally.SkippedByWindow;
        _control = tally.Control;
        _duplicates = tally.Duplicates;
        _otherGeneration = tally.OtherGeneration;
        _unwritable = tally.Unwritable;
        _damaged = tally.Damaged;
    }

    /// <summary>Segments done with: read to their end, or known to hold no record of the time window.</summary>
    public long SegmentsRead => Interlocked.Read(ref _segmentsRead);

    /// <summary>Of <see cref="SegmentsRead"/>: those that were not read in this run, because the time index knows that they hold no record of the window.</summary>
    public long SegmentsUnread => Interlocked.Read(ref _segmentsUnread);

    /// <summary>Stored bytes of the segments that were read.</summary>
    public long StoredBytesRead => Interlocked.Read(ref _storedBytesRead);

    /// <summary>Records outside the time window.</summary>
    public long SkippedByWindowCount => Interlocked.Read(ref _skippedByWindow);

    /// <summary>Records left out because they have a transaction marker's form.</summary>
    public long ControlCount => Interlocked.Read(ref _control);

    /// <summary>Second copies of a record, equal to the first, from overlapping segments.</summary>
    public long DuplicateCount => Interlocked.Read(ref _duplicates);

    /// <summary>Records left out because the other generation was chosen.</summary>
    public long OtherGenerationCount => Interlocked.Read(ref _otherGeneration);

    /// <summary>Records left out because the target or the sink cannot take them.</summary>
    public long UnwritableCount => Interlocked.Read(ref _unwritable) + LeftOutBySinkCount;

    /// <summary>Records of damaged or missing segments that were left out; as many as the manifest says that these held.</summary>
    public long DamagedCount => Interlocked.Read(ref _damaged);

    /// <summary>Of <see cref="UnwritableCount"/>: those that the sink was given and has left out in this run.</summary>
    internal long LeftOutBySinkCount => Interlocked.Read(ref _leftOutBySink);

    /// <summary>Source offsets of the first few records left out as markers.</summary>
    public IReadOnlyList<long> ControlExamples
    {
        get
        {
            lock (_gate)
            {
                return [.. _controlExamples];
            }
        }
    }

    /// <summary>Accepted differences between segments and manifest.</summary>
    public IReadOnlyList<string> Notes
    {
        get
        {
            lock (_gate)
            {
                return [.. _notes];
            }
        }
    }

    /// <summary>The records left out so far by the stream, by reason. What the sink leaves out is not in it: the sink is behind.</summary>
    internal SourceTally Tally => new(SkippedByWindowCount, ControlCount, DuplicateCount, OtherGenerationCount, Interlocked.Read(ref _unwritable), DamagedCount);

    /// <summary>What was read so far.</summary>
    internal ReadCount Read => new(SegmentsRead, SegmentsUnread, StoredBytesRead, SkippedByWindowCount, DuplicateCount, OtherGenerationCount, _notes.Count == 0 ? null : Notes);

    /// <summary>Adds what was read for this source by someone else.</summary>
    internal void Add(in ReadCount read)
    {
        if (read == default)
        {
            return;
        }

        Interlocked.Add(ref _segmentsRead, read.Segments);
        Interlocked.Add(ref _segmentsUnread, read.Unread);
        Interlocked.Add(ref _skippedByWindow, read.SkippedByWindow);
        Interlocked.Add(ref _storedBytesRead, read.StoredBytes);
        Interlocked.Add(ref _duplicates, read.Duplicates);
        Interlocked.Add(ref _otherGeneration, read.OtherGeneration);
        if (read.Notes is { } notes)
        {
            lock (_gate)
            {
                _notes.AddRange(notes);
            }
        }
    }

    /// <summary>A segment that an earlier run has read to its end.</summary>
    internal void SegmentPassed(long storedBytes)
    {
        Interlocked.Increment(ref _segmentsRead);
        Interlocked.Add(ref _storedBytesRead, storedBytes);
    }

    internal void SegmentRead(long storedBytes, string key, IReadOnlyList<string> notes)
    {
        Interlocked.Increment(ref _segmentsRead);
        Interlocked.Add(ref _storedBytesRead, storedBytes);
        if (notes.Count > 0)
        {
            lock (_gate)
            {
                _notes.AddRange(notes.Select(note => $"{key}: {note}"));
            }
        }
    }

    /// <summary>A segment that holds no record of the window, so that it is not read.</summary>
    internal void SegmentUnread(long records)
    {
        Interlocked.Increment(ref _segmentsRead);
        Interlocked.Increment(ref _segmentsUnread);
        Interlocked.Add(ref _skippedByWindow, records);
    }

    internal void SkippedByWindow() => Interlocked.Increment(ref _skippedByWindow);

    internal void DroppedAsControl(long offset)
    {
        if (Interlocked.Increment(ref _control) <= ExamplesKept)
        {
            lock (_gate)
            {
                _controlExamples.Add(offset);
            }
        }
    }

    internal void Duplicate(int copies) => Interlocked.Add(ref _duplicates, copies);

    internal void OtherGeneration(int copies) => Interlocked.Add(ref _otherGeneration, copies);

    internal void Unwritable() => Interlocked.Increment(ref _unwritable);

    internal void Damaged(long records) => Interlocked.Add(ref _damaged, records);

    internal void LeftOutBySink() => Interlocked.Increment(ref _leftOutBySink);
}
