using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State;

/// <summary>Where a job's state is: a summary file, and beside it a folder with the rest, <c>&lt;summary file&gt;.d</c>.</summary>
public sealed class JobLocation
{
    private JobLocation(string summaryFile)
    {
        SummaryFile = summaryFile;
        PartsDirectory = summaryFile + ".d";
    }

    /// <summary>The summary, absolute.</summary>
    public string SummaryFile { get; }

    /// <summary>The folder with everything else, absolute.</summary>
    public string PartsDirectory { get; }

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
    public static JobLocation InDirectory(string directory, string jobId) => new(Path.Combine(Path.GetFullPath(directory), jobId, "job.json"));

    /// <inheritdoc/>
    public override string ToString() => SummaryFile;

    internal string PreviousSummaryFile => Path.Combine(PartsDirectory, "summary.previous.json");

    internal string LockFile => Path.Combine(PartsDirectory, "lock");

    internal string LockHolderFile => Path.Combine(PartsDirectory, "lock.holder.json");

    internal string RunDirectory(int run) => Path.Combine(PartsDirectory, $"run-{run}");
}
