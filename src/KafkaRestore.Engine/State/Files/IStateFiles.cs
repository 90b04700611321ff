namespace KafkaRestore.Engine.State.Files;

/// <summary>
/// The few things that durable state asks of a file system, each a step that can fail or be the last one before a power cut. Paths are
/// absolute. Failures are the system's own exceptions (<see cref="IOException"/>, <see cref="UnauthorizedAccessException"/>). Calls wait for the disk, or for what stands
/// in its place.
/// </summary>
public interface IStateFiles
{
    /// <summary>Opens a file for reading; null when there is none.</summary>
    Stream? OpenRead(string path);

    /// <summary>Creates an empty file, or empties the one of this name.</summary>
    Stream Create(string path);

    /// <summary>Opens a file to go on writing behind its first <paramref name="length"/> bytes; what stands behind them is cut off. Creates it when it is not there.</summary>
    Stream Append(string path, long length);

    /// <summary>Brings all that was written to a stream of <see cref="Create"/> or <see cref="Append"/> to the disk.</summary>
    void Flush(Stream created);

    /// <summary>Renames a file over another one, in one step.</summary>
    void Replace(string from, string to);

    /// <summary>Deletes a file if it is there.</summary>
    void Delete(string path);

    /// <summary>Whether a directory of this name exists.</summary>
    bool DirectoryExists(string path);

    /// <summary>Creates a directory and those above it, durably.</summary>
    void CreateDirectory(string path);

    /// <summary>Brings the names in a directory to the disk, where the system can.</summary>
    void SyncDirectory(string path);

    /// <summary>The names of the files (or directories) in a directory; empty when it does not exist.</summary>
    IReadOnlyList<string> Names(string directory, bool directories = false);

    /// <summary>Locks a file exclusively until the result is disposed or the process ends; null when someone else holds it.</summary>
    IDisposable? TryLock(string path);

    /// <summary>
    /// Takes over what <paramref name="path"/> stands for. What is written through the result from then on is written only as long as nobody else has taken the same over; afterwards it fails with
    /// <see cref="Records.Errors.RestoreException"/> (FENCED). Where one process at a time can hold a job, as on one machine's disk, this changes nothing.
    /// </summary>
    /// <param name="path">What is taken over.</param>
    /// <param name="fromAnyone">Whether it is taken from whoever has it, or only from an earlier process of the same job.</param>
    /// <returns>The files for who has it; null when someone else has it.</returns>
    IStateFiles? Claim(string path, bool fromAnyone);
}
