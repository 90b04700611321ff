using System.Globalization;
using System.Reflection;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Engine.State.Identity;
using KafkaRestore.Engine.State.Segments;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State;

/// <summary>Finds, opens and begins jobs on this machine's disk. See the folder's README for the layout and what it does not guarantee.</summary>
public sealed class JobStore
{
    internal const string SegmentsName = "segments";
    private readonly IStateFiles _files;
    private readonly TimeProvider _time;

    /// <summary>A store on this machine's file system.</summary>
    public JobStore(TimeProvider? time = null)
        : this(LocalStateFiles.Instance, time ?? TimeProvider.System)
    {
    }

    /// <summary>A store on what holds the state.</summary>
    public JobStore(IStateFiles files, TimeProvider time)
    {
        _files = files;
        _time = time;
    }

    internal static string ProgramVersion { get; } =
        (typeof(JobStore).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+')[0];

    /// <summary>
    /// Opens the job that is at a location, or begins one there. The job is locked until it is disposed. An archive that has grown is recorded as one more generation.
    /// </summary>
    /// <exception cref="RestoreException">
    /// JOB_LOCKED: another process works on it. JOB_DIFFERS: the job there means something else, or its archive has lost or changed what is not restored yet. STATE_CORRUPT, STATE_NEWER,
    /// STATE_UNWRITABLE: its files. CONFIG_INVALID: the name.
    /// </exception>
    public StoredJob OpenOrCreate(JobRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        RefuseForeignFile(request.Location);
        return new JobStore(Claim(request.Location), _time).OpenOrBegin(request);
    }

    private IStateFiles Claim(JobLocation location)
    {
        try
        {
            return _files.Claim(location.LockFile, fromAnyone: false) ?? throw JobLock.Held(_files, location);
        }
        catch (Exception error) when (StateFailure.Translate(error, "the job cannot be taken over", location.LockFile) is { } known)
        {
            throw known;
        }
    }

    /// <summary>Opens the lanes of a job that another process has opened and coordinates. What is written is written lane by lane, each after <see cref="StoredJob.Claim"/>.</summary>
    /// <exception cref="RestoreException">JOB_NOT_FOUND; JOB_DIFFERS; STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public StoredJob Attach(JobRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var file = SummaryFile(request.Location);
        var summary = ReadSummary(file, forgive: false) ?? throw new RestoreException(ErrorCodes.JobNotFound, "no restore has begun whose state would be there", request.Location.SummaryFile);
        RefuseOtherMeaning(request, summary.JobId, summary);
        return Resume(request, request.Location.RunDirectory(summary.Run), file, summary, held: null);
    }

    private StoredJob OpenOrBegin(JobRequest request)
    {
        var id = JobId.Of(request.RestoreId, request.Identity);
        var held = JobLock.Take(_files, request.Location, new LockHolder
        {
            Host = Environment.MachineName,
            ProcessId = Environment.ProcessId,
            User = Environment.UserName,
            Since = Now,
            JobId = id,
        });
        try
        {
            var file = SummaryFile(request.Location);
            var summary = ReadSummary(file, request.Adopt || request.Again);
            return summary is null || request.Again ? Begin(request, id, file, summary, held) : Open(request, id, file, summary, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The summary of the job at a location, whoever works on it; null when there is none.</summary>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public JobSummary? ReadSummary(JobLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return ReadSummary(SummaryFile(location), forgive: false);
    }

    /// <summary>What the job at a location has left out for good, whoever works on it; empty when there is none.</summary>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public IReadOnlyList<Skip> ReadSkips(JobLocation location) =>
        ReadSummary(location) is { } summary ? LaneFiles.ReadAllSkips(_files, location.RunDirectory(summary.Run)) : [];

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private DurableFile SummaryFile(JobLocation location) => new(_files, location.SummaryFile, location.PreviousSummaryFile);

    private static JobSummary? ReadSummary(DurableFile file, bool forgive)
    {
        try
        {
            // An operator may have made an empty file to have a name; we never leave one.
            return file.Read(content => JobSummaryFormat.Read(content, file.Path), emptyIsNothing: true);
        }
        catch (RestoreException damaged) when (forgive && damaged.Code == ErrorCodes.StateCorrupt)
        {
            return null;
        }
    }

    /// <summary>A file that is there without the folder beside it was made by someone else, and stays as it is.</summary>
    private void RefuseForeignFile(JobLocation location)
    {
        try
        {
            if (_files.DirectoryExists(location.PartsDirectory))
            {
                return;
            }

            using var stream = _files.OpenRead(location.SummaryFile);
            if (stream is null || stream.Length == 0)
            {
                return;
            }

            var content = new byte[Math.Min(stream.Length, 1 << 20)];
            stream.ReadExactly(content);
            throw JobSummaryFormat.IsOurs(content)
                ? new RestoreException(
                    ErrorCodes.StateCorrupt,
                    $"the job's folder '{Path.GetFileName(location.PartsDirectory)}' is missing beside its summary",
                    location.SummaryFile,
                    "Bring the folder back beside the file. To compare the target with the archive from the start instead, remove the file and use --adopt.")
                : new RestoreException(
                    ErrorCodes.StateCorrupt,
                    "the file exists and is not the state of a job of this program; it is left as it is",
                    location.SummaryFile,
                    "Name another file with restore.checkpoint_state. A checkpoint of another program cannot be continued.");
        }
        catch (Exception error) when (StateFailure.Translate(error, "the state of the job cannot be read", location.SummaryFile) is { } known)
        {
            throw known;
        }
    }

    private StoredJob Begin(JobRequest request, string id, DurableFile file, JobSummary? before, JobLock held)
    {
        var run = NextRun(request.Location, before);
        if (before is not null)
        {
            var archived = Path.Combine(request.Location.RunDirectory(before.Run), "summary.json");
            new DurableFile(_files, archived).Write(JobSummaryFormat.Write(before));
        }

        var folder = CreateRun(request.Location, run);
        var lanes = JobLanes.New(request.Plan);
        SegmentRecordFile.Write(_files, SegmentsFile(folder), lanes);
        var summary = new JobSummary
        {
            Program = JobSummary.ProgramName,
            ProgramVersion = ProgramVersion,
            FormatVersion = JobSummaryFormat.Version,
            JobId = id,
            Run = run,
            Status = JobStatus.Running,
            BackupId = request.Plan.BackupId,
            RecordsRestored = 0,
            BytesRestored = 0,
            Lanes = lanes.Lanes.Count,
            LanesBegun = 0,
            LanesDone = 0,
            LanesFailed = 0,
            Generations = 1,
            StartTime = Now,
            LastCheckpointTime = Now,
            IdentityHash = request.Identity.Hash,
            Identity = request.Identity.Values,
        };

        // Twice: a damaged summary must never fall back to that of the run before.
        file.Write(JobSummaryFormat.Write(summary));
        file.Write(JobSummaryFormat.Write(summary));
        return new StoredJob(_files, _time, request, JobOpening.New, folder, file, summary, lanes, new LaneFiles(_files, folder, lanes.Lanes.Count), held);
    }

    private StoredJob Open(JobRequest request, string id, DurableFile file, JobSummary summary, JobLock held)
    {
        RefuseOtherMeaning(request, id, summary);
        var folder = request.Location.RunDirectory(summary.Run);
        try
        {
            return Resume(request, folder, file, summary, held);
        }
        catch (RestoreException damaged) when (request.Adopt && damaged.Code == ErrorCodes.StateCorrupt)
        {
            return Begin(request, summary.JobId, file, summary, held);
        }
    }

    private StoredJob Resume(JobRequest request, string folder, DurableFile file, JobSummary summary, JobLock? held)
    {
        var segments = SegmentsFile(folder);
        JobLanes lanes;
        LaneFiles laneFiles;
        using (var recorded = SegmentRecordReader.Open(_files, segments)
            ?? throw StateFailure.Corrupt("the record of the job's selected segments is missing", segments))
        {
            laneFiles = new LaneFiles(_files, folder, recorded.Lanes);
            laneFiles.Scan(summary.LanesBegun, request.Adopt);
            lanes = JobLanes.Match(recorded, request.Plan, number => request.Adopt ? null : laneFiles.PositionOf(number));
        }

        if (!lanes.Refusal.IsEmpty)
        {
            throw new RestoreException(
                ErrorCodes.JobDiffers,
                $"the archive is no longer the one that this job began with: {lanes.Refusal}",
                request.Location.SummaryFile,
                "Bring the archive's objects and manifest back, or begin anew with --again into empty topics.");
        }

        if (lanes.HasGrown && held is null)
        {
            throw new RestoreException(ErrorCodes.JobDiffers, "the archive has grown since this run of the job began", request.Location.SummaryFile, "The next run of the job takes in what is new.");
        }

        if (lanes.HasGrown)
        {
            SegmentRecordFile.Write(_files, segments, lanes);
            laneFiles.Grow(lanes.Lanes.Count);
        }

        // A killed run can have recorded a generation and not written it into the summary yet: then the job is not finished.
        var finished = summary.Status == JobStatus.Done && summary.Generations == lanes.Generations;
        return new StoredJob(_files, _time, request, finished ? JobOpening.Finished : JobOpening.Resumable, folder, file, summary, lanes, laneFiles, held);
    }

    private static void RefuseOtherMeaning(JobRequest request, string id, JobSummary summary)
    {
        var differences = JobIdentity.FromValues(summary.Identity).DifferencesTo(request.Identity);
        if (request.RestoreId is not null && id != summary.JobId)
        {
            differences = [.. differences, new IdentityDifference("restore_id", summary.JobId, id)];
        }

        if (differences.Count > 0)
        {
            throw new RestoreException(
                ErrorCodes.JobDiffers,
                $"the job there means something else: {IdentityDifference.Describe(differences)}",
                request.Location.SummaryFile);
        }
    }

    private int NextRun(JobLocation location, JobSummary? before)
    {
        if (before is not null)
        {
            // A higher one can only be left from a begin that was killed; no lane has written there.
            return before.Run + 1;
        }

        try
        {
            var last = _files.Names(location.PartsDirectory, directories: true)
                .Select(name => name.StartsWith("run-", StringComparison.Ordinal) && int.TryParse(name.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var run) ? run : 0)
                .DefaultIfEmpty(0).Max();

            // One in which no lane has begun is left from a begin that failed.
            var begun = last > 0 && _files.Names(Path.Combine(location.RunDirectory(last), LaneFiles.FolderName)).Count > 0;
            return begun ? last + 1 : Math.Max(1, last);
        }
        catch (Exception error) when (StateFailure.Translate(error, "the state of the job cannot be read", location.PartsDirectory) is { } known)
        {
            throw known;
        }
    }

    private string CreateRun(JobLocation location, int run)
    {
        var folder = location.RunDirectory(run);
        try
        {
            _files.CreateDirectory(Path.Combine(folder, LaneFiles.FolderName));
            return folder;
        }
        catch (Exception error) when (StateFailure.Translate(error, "the state of the job cannot be written", folder) is { } known)
        {
            throw known;
        }
    }

    private static string SegmentsFile(string folder) => Path.Combine(folder, SegmentsName);
}

/// <summary>What was found when a job was opened.</summary>
public enum JobOpening
{
    /// <summary>There was none: it has begun.</summary>
    New,

    /// <summary>It was begun before and is not done, or its archive has grown since.</summary>
    Resumable,

    /// <summary>It is done, and the archive holds nothing new.</summary>
    Finished,
}
