using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State;

/// <summary>Where a job's state is: a summary file, and beside it a folder with the rest, <c>&lt;summary file&gt;.d</c>.</summary>
public sealed class JobLocation
{
    private JobLocation(string summaryFile, IStateFiles? files = null)
    {
        Files = files ?? LocalStateFiles.Instance;
        SummaryFile = summaryFile;
        PartsDirectory = summaryFile + ".d";
    }

    /// <summary>The summary, absolute.</summary>
    public string SummaryFile { get; }

    /// <summary>The folder with everything else, absolute.</summary>
    public string PartsDirectory { get; }

    /// <summary>The place of a job of which the id is known.</summary>
    /// <param name="state">Where state is kept.</param>
    /// <param name="jobId">The job's id, see <see cref="Identity.JobId"/>.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID: no path of a file.</exception>
    public static JobLocation Of(StateOptions state, string jobId)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.CheckpointFile is { } file ? AtFile(file) : InDirectory(StateDirectory.Find(state.Directory), jobId, state.Files);
    }

    /// <summary>State at a file that the operator has named (<c>checkpoint_state</c>).</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID: no path of a file.</exception>
    public static JobLocation AtFile(string path)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal) || Path.GetFileName(path).Length == 0)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, "the checkpoint's path is not that of a file", "restore.checkpoint_state");
        }

        return new JobLocation(Path.GetFullPath(path));
    }

    /// <summary>State in a folder of its own below a directory that holds the state of many jobs.</summary>
    /// <param name="directory">The directory, see <see cref="StateDirectory"/>.</param>
    /// <param name="jobId">The job's id, see <see cref="Identity.JobId"/>.</param>
    /// <param name="files">What holds the directory; null: this machine's file system.</param>
    public static JobLocation InDirectory(string directory, string jobId, IStateFiles? files = null) => new(Path.Combine(Path.GetFullPath(directory), jobId, "job.json"), files);

    /// <inheritdoc/>
    public override string ToString() => SummaryFile;

    /// <summary>Whether it is on this machine's file system.</summary>
    public bool IsOnThisMachine => Files is LocalStateFiles;

    /// <summary>What holds the state.</summary>
    public IStateFiles Files { get; }

    internal string PreviousSummaryFile => Path.Combine(PartsDirectory, "summary.previous.json");

    internal string LockFile => Path.Combine(PartsDirectory, "lock");

    internal string LockHolderFile => Path.Combine(PartsDirectory, "lock.holder.json");

    internal string RunDirectory(int run) => Path.Combine(PartsDirectory, $"run-{run}");
}
