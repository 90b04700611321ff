using KafkaRestore.Engine.State.Checkpoints;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Engine.State.Segments;
using KafkaRestore.Engine.State.Skips;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State;

/// <summary>
/// A job that this process holds: its lanes, their checkpoints, its summary. Every member may be called from any thread. Saving waits for the disk: call it where nothing
/// waits for it, never under a lock that acknowledgements need.
/// </summary>
public sealed class StoredJob : IDisposable
{
    private readonly IStateFiles _files;
    private readonly TimeProvider _time;
    private readonly string _folder;
    private readonly DurableFile _summaryFile;
    private readonly LaneFiles _laneFiles;
    private readonly JobLock? _held;
    private readonly JobRequest _request;
    private readonly Lock _summaryGate = new();
    private JobSummary _summary;
    private long? _summaryWritten;
    private volatile bool _closed;

    internal StoredJob(
        IStateFiles files,
        TimeProvider time,
        JobRequest request,
        JobOpening opening,
        string folder,
        DurableFile summaryFile,
        JobSummary summary,
        JobLanes lanes,
        LaneFiles laneFiles,
        JobLock? held)
    {
        _files = files;
        _time = time;
        _request = request;
        Opening = opening;
        _folder = folder;
        _summaryFile = summaryFile;
        _summary = summary;
        Lanes = lanes.Lanes;
        Generations = lanes.Generations;
        HasGrown = opening != JobOpening.New && lanes.HasGrown;
        _laneFiles = laneFiles;
        _held = held;
    }

    /// <summary>The job's id.</summary>
    public string Id => _summary.JobId;

    /// <summary>How many times it was begun anew, from 1.</summary>
    public int Run => _summary.Run;

    /// <summary>What was found when it was opened.</summary>
    public JobOpening Opening { get; }

    /// <summary>Whether the archive holds segments that it did not hold when the job was last opened; they are recorded now.</summary>
    public bool HasGrown { get; }

    /// <summary>Number of the last generation, from 1.</summary>
    public int Generations { get; }

    /// <summary>Whether lanes are to be compared with the target from their baseline, whatever their checkpoints say (<c>--adopt</c>).</summary>
    public bool Adopt => _request.Adopt;

    /// <summary>Where its state is.</summary>
    public JobLocation Location => _request.Location;

    /// <summary>This process, as others find it at the job's lock.</summary>
    /// <exception cref="InvalidOperationException">Another process holds it.</exception>
    public LockHolder Holder => _held?.Holder ?? throw new InvalidOperationException("another process holds the job");

    /// <summary>Whether the lock keeps a second process out; false on file systems that take no notice of locks, which a person should be told.</summary>
    public bool LockWorks => _held?.Works ?? true;

    /// <summary>The lanes by number: those of the plan, and those of which the archive holds nothing any more.</summary>
    public IReadOnlyList<JobLane> Lanes { get; }

    /// <summary>The summary as it was last read or written.</summary>
    public JobSummary Summary
    {
        get
        {
            lock (_summaryGate)
            {
                return _summary;
            }
        }
    }

    /// <summary>A folder for another part of this job's state, such as its offset map; created when it is not there.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public string FolderOf(string part)
    {
        if (part.Length == 0 || part is LaneFiles.FolderName or JobStore.SegmentsName || !part.All(char.IsAsciiLetterLower))
        {
            throw new ArgumentException("a part is named by lower-case letters", nameof(part));
        }

        var folder = Path.Combine(_folder, part);
        try
        {
            _files.CreateDirectory(folder);
            return folder;
        }
        catch (Exception error) when (StateFailure.Translate(error, "the state of the job cannot be written", folder) is { } known)
        {
            throw known;
        }
    }

    /// <summary>
    /// The last checkpoint of a lane, or the one before it where the last is damaged: a checkpoint only says where to start comparing. Null when the lane has not begun, and with
    /// <see cref="Adopt"/> when both are damaged; with <see cref="Adopt"/> only its baseline counts.
    /// </summary>
    /// <exception cref="RestoreException">STATE_CORRUPT: this lane cannot go on; others can. STATE_NEWER, STATE_UNWRITABLE.</exception>
    public LaneCheckpoint? ReadLane(int lane)
    {
        try
        {
            var checkpoint = _laneFiles.Read(lane);
            return checkpoint is null || FindStranger(Lanes[lane], checkpoint) is not { } stranger
                ? checkpoint
                : throw StateFailure.Corrupt($"the checkpoint of lane {lane} is that of another one: {stranger}", _folder);
        }
        catch (RestoreException damaged) when (Adopt && damaged.Code == ErrorCodes.StateCorrupt)
        {
            return null;
        }
    }

    /// <summary>Takes a lane over: from now on nobody who had it before can write of it, where the state is shared (<see cref="IStateFiles.Claim"/>).</summary>
    public void Claim(int lane) => _laneFiles.Claim(lane);

    /// <summary>Reads a lane's checkpoint again, which another process has written.</summary>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public void Refresh(int lane) => _laneFiles.Read(lane);

    /// <summary>The numbers of the lanes that have a checkpoint now, whoever has written it.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE: they cannot be read.</exception>
    public IReadOnlyCollection<int> LanesWithCheckpoint() => _laneFiles.Numbers();

    /// <summary>The files of a lane, as it was last claimed.</summary>
    internal IStateFiles FilesOf(int lane) => _laneFiles.FilesOf(lane);

    /// <summary>What a lane has left out for good.</summary>
    internal SkipFile SkipsOf(int lane) => _laneFiles.SkipsOf(lane);

    /// <summary>Writes a lane's checkpoint, unless it says the same as the last one. The first is due before the lane's first record is sent: it holds the baseline.</summary>
    /// <param name="lane">The lane's number.</param>
    /// <param name="checkpoint">What the target has acknowledged, never more.</param>
    /// <returns>Whether anything had changed.</returns>
    /// <exception cref="RestoreException">STATE_UNWRITABLE; the checkpoint before is still there.</exception>
    /// <exception cref="ArgumentException">The checkpoint contradicts itself, or is not this lane's.</exception>
    public bool Save(int lane, LaneCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ObjectDisposedException.ThrowIf(_closed, this);
        if ((checkpoint.FindProblem() ?? FindStranger(Lanes[lane], checkpoint)) is { } problem)
        {
            throw new ArgumentException(problem, nameof(checkpoint));
        }

        return _laneFiles.Save(lane, checkpoint with { WrittenAt = _time.GetUtcNow().ToUnixTimeMilliseconds() });
    }

    /// <summary>Writes the summary, at most once in <see cref="JobRequest.SummaryInterval"/> while the status stays the same.</summary>
    /// <param name="status">Where the job stands; <see cref="JobStatus.Done"/> is for <see cref="Complete"/>.</param>
    /// <param name="now">Whether it is written at once, as at the end of a run.</param>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="RestoreException">STATE_UNWRITABLE; the summary before is still there.</exception>
    public bool SaveSummary(JobStatus status, bool now = false)
    {
        if (status == JobStatus.Done)
        {
            throw new ArgumentException("a job is done only when it is complete", nameof(status));
        }

        return WriteSummary(status, now);
    }

    /// <summary>Whether every lane is done, by its last checkpoint.</summary>
    public bool IsComplete => _laneFiles.Sum(Lanes).Done == Lanes.Count;

    /// <summary>Says that every lane is done.</summary>
    /// <exception cref="InvalidOperationException">One is not.</exception>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void Complete()
    {
        var left = Lanes.Count - _laneFiles.Sum(Lanes).Done;
        if (left > 0)
        {
            throw new InvalidOperationException($"{left} of {Lanes.Count} lanes are not done");
        }

        WriteSummary(JobStatus.Done, now: true);
    }

    /// <summary>Lets the job go. Nothing is written: what is not saved is lost, and found again at the target.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _held?.Dispose();
        }
    }

    internal IStateFiles Files => _files;

    private bool WriteSummary(JobStatus status, bool now)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        lock (_summaryGate)
        {
            if (!now && status == _summary.Status && _summaryWritten is { } last && _time.GetElapsedTime(last) < _request.SummaryInterval)
            {
                return false;
            }

            var sums = _laneFiles.Sum(Lanes);
            var summary = _summary with
            {
                ProgramVersion = JobStore.ProgramVersion,
                FormatVersion = JobSummaryFormat.Version,
                Status = status,
                RecordsRestored = sums.Records,
                BytesRestored = sums.Bytes,
                Skips = sums.Skips,
                RecordsSkipped = sums.RecordsSkipped,
                Lanes = Lanes.Count,
                LanesBegun = sums.Begun,
                LanesDone = sums.Done,
                LanesFailed = sums.Failed,
                Generations = Generations,
                LastCheckpointTime = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            };
            _summaryFile.Write(JobSummaryFormat.Write(summary));
            _summary = summary;
            _summaryWritten = _time.GetTimestamp();
            return true;
        }
    }

    private static string? FindStranger(JobLane lane, LaneCheckpoint checkpoint)
    {
        if (checkpoint.Topic != lane.Target.Topic || checkpoint.Partition != lane.Target.Partition)
        {
            return $"it is of {checkpoint.Topic}/{checkpoint.Partition}, the lane of {lane.Target}";
        }

        var sources = lane.Generations[^1].Stream.Sources;
        for (var i = 0; i < checkpoint.Sources.Count; i++)
        {
            if (i >= sources.Count || checkpoint.Sources[i].Topic != sources[i].Topic || checkpoint.Sources[i].Partition != sources[i].Partition)
            {
                return $"source {i} is {checkpoint.Sources[i].Topic}/{checkpoint.Sources[i].Partition}";
            }
        }

        return null;
    }
}
