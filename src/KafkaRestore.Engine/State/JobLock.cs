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

    private JobLock(IStateFiles files, IDisposable held, string holderFile, LockHolder holder, bool works)
    {
        _files = files;
        _held = held;
        _holderFile = holderFile;
        Holder = holder;
        Works = works;
    }

    /// <summary>Who holds it.</summary>
    public LockHolder Holder { get; }

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
            return new JobLock(files, held, location.LockHolderFile, holder, works);
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
        catch (Exception error) when (error is RestoreException || SystemErrors.Reason(error) is not null)
        {
            // Only people read it, and the next holder replaces it.
        }

        _held.Dispose();
    }

    /// <summary>Who says to work on a job; null when nobody does, or it cannot be read.</summary>
    public static LockHolder? ReadHolder(IStateFiles files, JobLocation location)
    {
        try
        {
            using var stream = files.OpenRead(location.LockHolderFile);
            return stream is null ? null : JsonSerializer.Deserialize(stream, StateJson.Readable.LockHolder);
        }
        catch (Exception error) when (error is JsonException || SystemErrors.Reason(error) is not null)
        {
            return null;
        }
    }

    /// <summary>Who works on a job; null when nobody does: who was killed leaves its word, but not the lock.</summary>
    /// <remarks>Tries the lock for a moment where such a word stands. A run that begins at that very moment is told JOB_LOCKED.</remarks>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public static LockHolder? FindHolder(IStateFiles files, JobLocation location)
    {
        if (ReadHolder(files, location) is not { } holder)
        {
            return null;
        }

        try
        {
            using var free = files.TryLock(location.LockFile);
            return free is null ? holder : null;
        }
        catch (Exception error) when (StateFailure.Translate(error, "the lock of the job cannot be looked at", location.LockFile) is { } known)
        {
            throw known;
        }
    }

    internal static RestoreException Held(IStateFiles files, JobLocation location)
    {
        var holder = "who it is cannot be read";
        try
        {
            holder = ReadHolder(files, location)?.ToString() ?? holder;
        }
        catch (ArgumentOutOfRangeException)
        {
            // A time that no calendar holds.
        }

        return new RestoreException(ErrorCodes.JobLocked, $"another process works on this job: {holder}", location.SummaryFile);
    }
}
