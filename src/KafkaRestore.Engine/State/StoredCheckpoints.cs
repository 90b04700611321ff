using KafkaRestore.Engine.State.Checkpoints;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State;

/// <summary>
/// The checkpoints of a job as they lie on disk, read without the job's lock, whoever works on it: what they say is true and may be a little old.
/// </summary>
internal sealed class StoredCheckpoints
{
    private readonly IStateFiles _files;
    private readonly string _folder;

    private StoredCheckpoints(IStateFiles files, JobSummary summary, string folder, IReadOnlyList<int> lanes)
    {
        _files = files;
        _folder = folder;
        Summary = summary;
        Lanes = lanes;
    }

    /// <summary>The job's summary.</summary>
    public JobSummary Summary { get; }

    /// <summary>The numbers of the lanes that have a checkpoint, ascending.</summary>
    public IReadOnlyList<int> Lanes { get; }

    /// <summary>Finds the checkpoints of the job at a location.</summary>
    /// <exception cref="RestoreException">JOB_NOT_FOUND, STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public static StoredCheckpoints Open(JobLocation location)
    {
        var files = location.Files;
        var summary = new JobStore(files, TimeProvider.System).ReadSummary(location)
            ?? throw new RestoreException(ErrorCodes.JobNotFound, "no restore has begun whose state would be there", location.SummaryFile);
        var folder = location.RunDirectory(summary.Run);
        var lanes = LaneFiles.NumbersIn(files, Path.Combine(folder, LaneFiles.FolderName));
        return lanes.Count >= summary.LanesBegun
            ? new StoredCheckpoints(files, summary, folder, [.. lanes.Order()])
            : throw StateFailure.Corrupt($"{summary.LanesBegun} lanes of the job have begun, and only {lanes.Count} of them have a checkpoint", folder);
    }

    /// <summary>The last checkpoint of a lane, or the one before it where the last is damaged.</summary>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public LaneCheckpoint Read(int lane)
    {
        var file = LaneFiles.FileOf(_files, Path.Combine(_folder, LaneFiles.FolderName), lane);
        return file.Read(content => LaneCheckpointFormat.Read(content, file.Path)) ?? throw StateFailure.Corrupt("the lane's checkpoint is gone", file.Path);
    }

    /// <summary>What they lie in.</summary>
    public IStateFiles Files => _files;

    /// <summary>The folder of another part of the job's state; it need not exist.</summary>
    public string FolderOf(string part) => Path.Combine(_folder, part);
}
