using System.Text.Json;
using KafkaRestore.Engine.Files;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State;

/// <summary>
/// One process at a time works on a job: an exclusive lock of the operating system on a file, which ends with the process however that dies. Who
/// holds it stands in a file of its own beside it: where such a lock is held, .NET lets nobody else read the locked file.
/// </summary>
internal sealed class JobLock : IDisposable
{
    private readonly IStateFiles _files;
    private readonly IDisposable _held;
    private readonly string _holderFile;

    private JobLock(IStateFiles files, IDisposable held, string holderFile, bool works)
    {
        _files = files;
        _held = held;
        _holderFile = holderFile;
        Works = works;
    }

    /// <summary>Whether the file system keeps a second one out; false where it takes no notice of locks (some network mounts).</summary>
    public bool Works { get; }

    /// <summary>Takes the lock.</summary>
    /// <exception cref="RestoreException">JOB_LOCKED, STATE_UNWRITABLE.</exception>
    public static JobLock Take(IStateFiles files, JobLocation location, LockHolder holder)
    {
        IDisposable? held = null;
        try
        {
            files.CreateDirectory(location.PartsDirectory);
            held = files.TryLock(location.LockFile) ?? throw Held(files, location);
            var works = true;
            if (files.TryLock(location.LockFile) is { } second)
            {
                second.Dispose();
                works = false;
            }

            new DurableFile(files, location.LockHolderFile).Write(JsonSerializer.SerializeToUtf8Bytes(holder, StateJson.Readable.LockHolder));
            return new JobLock(files, held, location.LockHolderFile, works);
        }
        catch (Exception error)
        {
            held?.Dispose();
            if (StateFailure.Translate(error, "the lock of the job cannot be taken", location.LockFile) is { } known)
            {
                throw known;
            }

            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            _files.Delete(_holderFile);
        }
        catch (Exception error) when (SystemErrors.Reason(error) is not null)
        {
            // Only people read it, and the next holder replaces it.
        }

        _held.Dispose();
    }

    private static RestoreException Held(IStateFiles files, JobLocation location) => new(
        ErrorCodes.JobLocked, $"another process works on this job: {ReadHolder(files, location.LockHolderFile)}", location.SummaryFile);

    private static string ReadHolder(IStateFiles files, string path)
    {
        const string Unknown = "who it is cannot be read";
        try
        {
            using var stream = files.OpenRead(path);
            return (stream is null ? null : JsonSerializer.Deserialize(stream, StateJson.Readable.LockHolder))?.ToString() ?? Unknown;
        }
        catch (Exception error) when (error is JsonException or ArgumentOutOfRangeException || SystemErrors.Reason(error) is not null)
        {
            return Unknown;
        }
    }
}
