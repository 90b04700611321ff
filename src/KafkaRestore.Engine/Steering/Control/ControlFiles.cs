using KafkaRestore.Engine.Files;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Steering.Control;

/// <summary>The control file of a job and the run's answer, beside the job's lock. Each is replaced as a whole.</summary>
internal sealed class ControlFiles(IStateFiles files, JobLocation location)
{
    /// <summary>Far above any request; more is not read.</summary>
    public const int MostBytes = 64 << 10;

    private const string RequestName = "control.json";
    private const string AnswerName = "control.applied.json";
    private const string LockName = "control.lock";

    public string RequestPath { get; } = Path.Combine(location.PartsDirectory, RequestName);

    private string AnswerPath { get; } = Path.Combine(location.PartsDirectory, AnswerName);

    /// <summary>Keeps a second one from asking at the same time; null when someone does.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public IDisposable? TryLock() => Guarded(() => files.TryLock(Path.Combine(location.PartsDirectory, LockName)), "the control file of the job cannot be written");

    /// <summary>The request as it stands there; null when there is none.</summary>
    /// <exception cref="StateDamage">It is too large.</exception>
    /// <exception cref="RestoreException">STATE_UNWRITABLE: it cannot be read.</exception>
    public byte[]? ReadRequest() => Guarded(() => Read(RequestPath), "the control file of the job cannot be read");

    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void WriteRequest(ControlRequest request) => new DurableFile(files, RequestPath).Write(ControlFormat.Write(request));

    /// <summary>The run's answer; null when there is none, or none that can be read.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE: it cannot be read.</exception>
    public ControlAnswer? ReadAnswer()
    {
        try
        {
            return Guarded(() => Read(AnswerPath), "the answer of the run cannot be read") is { } content ? ControlFormat.ReadAnswer(content) : null;
        }
        catch (StateDamage)
        {
            // Of an earlier run, perhaps of another version; the run that is there writes its own.
            return null;
        }
    }

    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void WriteAnswer(ControlAnswer answer) => new DurableFile(files, AnswerPath).Write(ControlFormat.Write(answer));

    /// <summary>Removes the request, if that works: one that stays is bound to a run that has ended.</summary>
    public void RemoveRequest()
    {
        try
        {
            files.Delete(RequestPath);
        }
        catch (Exception error) when (SystemErrors.Reason(error) is not null)
        {
            // Nobody obeys it.
        }
    }

    private byte[]? Read(string path)
    {
        using var stream = files.OpenRead(path);
        if (stream is null)
        {
            return null;
        }

        var content = new byte[MostBytes + 1];
        var read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return read <= MostBytes ? content[..read] : throw new StateDamage($"it has more than {MostBytes} bytes");
    }

    private T Guarded<T>(Func<T> access, string failed)
    {
        try
        {
            return access();
        }
        catch (Exception error) when (StateFailure.Translate(error, failed, location.PartsDirectory) is { } known)
        {
            throw known;
        }
    }
}
