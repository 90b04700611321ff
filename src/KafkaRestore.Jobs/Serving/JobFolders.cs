using System.Text;
using System.Text.Json;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Serving;

/// <summary>The jobs of a service, on its disk or in what its cluster shares: a folder for each, every file of it there as a whole or not at all.</summary>
internal sealed class JobFolders
{
    private const string RecordName = "job.json";
    private const string DocumentName = "submission.yaml";
    private const string ReportName = "report.json";
    private const string LanesName = "lanes.json";
    private const string LockName = "lock";

    private const string Remedy = "Check the space, the owner and the mode of the directory, or name another one with --data.";

    private readonly string _root;

    /// <param name="data">The service's directory; made where it is missing.</param>
    /// <param name="files">What holds it; null: this machine's file system.</param>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public JobFolders(string data, IStateFiles? files = null)
    {
        Files = files ?? StateDirectory.LocalFiles;
        Root = Path.GetFullPath(data);
        _root = Path.Combine(Root, "jobs");
        StateRoot = Path.Combine(Root, "state");
        Guarded(_root, () => Files.CreateDirectory(_root));
    }

    /// <summary>What holds them.</summary>
    public IStateFiles Files { get; }

    /// <summary>The service's directory.</summary>
    public string Root { get; }

    /// <summary>Keeps every other service out of the directory until disposed.</summary>
    /// <exception cref="RestoreException">JOB_LOCKED: another one works there. STATE_UNWRITABLE.</exception>
    public IDisposable Lock()
    {
        var path = Path.Combine(Root, LockName);
        return Guarded(path, () => Files.TryLock(path))
            ?? throw new RestoreException(ErrorCodes.JobLocked, "another service works in this directory", path, "End it first, or name another directory with --data.");
    }

    /// <summary>Where the engine keeps the state of the jobs.</summary>
    public string StateRoot { get; }

    /// <summary>Every job, the oldest first.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE, STATE_CORRUPT, STATE_NEWER.</exception>
    public IReadOnlyList<ServedJobRecord> ReadAll() => Guarded(_root, () =>
        Files.Names(_root, directories: true)
            .Select(Read) // a submission that was cut off before it was answered has no record
            .OfType<ServedJobRecord>()
            .OrderBy(static record => record.Job.SubmittedAt).ThenBy(static record => record.Job.Id, StringComparer.Ordinal)
            .ToList());

    /// <summary>One job; null where there is none of this id.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE, STATE_CORRUPT, STATE_NEWER.</exception>
    public ServedJobRecord? Read(string id) => ReadIfThere(id, RecordName) is { } content ? Parse(content, Path.Combine(FolderOf(id), RecordName)) : null;

    /// <summary>Keeps a new job: once this returns, it survives the service.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void Create(ServedJobRecord record, string document)
    {
        Guarded(FolderOf(record.Job.Id), () => Files.CreateDirectory(FolderOf(record.Job.Id)));
        Write(record.Job.Id, DocumentName, Encoding.UTF8.GetBytes(document));
        Save(record);
    }

    /// <summary>Keeps what has become of a job.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void Save(ServedJobRecord record) => Write(record.Job.Id, RecordName, JsonSerializer.SerializeToUtf8Bytes(record, ApiJson.Options));

    /// <summary>What was submitted.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public string ReadDocument(string id) => Encoding.UTF8.GetString(
        ReadIfThere(id, DocumentName) ?? throw new RestoreException(ErrorCodes.StateCorrupt, "the submitted configuration is gone", Path.Combine(FolderOf(id), DocumentName), "Submit the job again, with --adopt."));

    /// <summary>Keeps the report of a run.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void WriteReport<T>(string id, T report) => Write(id, ReportName, JsonOutput.Serialize(report));

    /// <summary>The report of the last run that has ended; null before the first.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public byte[]? ReadReport(string id) => ReadIfThere(id, ReportName);

    /// <summary>Keeps how the lanes of a run ended.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void WriteLanes(string id, IReadOnlyList<LaneInfo> lanes) => Write(id, LanesName, JsonSerializer.SerializeToUtf8Bytes(lanes, ApiJson.Options));

    /// <summary>How the lanes of the last run ended; empty before the first.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public IReadOnlyList<LaneInfo> ReadLanes(string id) =>
        ReadIfThere(id, LanesName) is { } content ? JsonSerializer.Deserialize<List<LaneInfo>>(content, ApiJson.Options)! : [];

    /// <summary>Why nothing can be kept there now; null where it can.</summary>
    public string? Unusable()
    {
        var probe = Path.Combine(_root, $".ready-{Environment.ProcessId}");
        try
        {
            using (var stream = Files.Create(probe))
            {
                stream.WriteByte(1);
                Files.Flush(stream);
            }

            Files.Delete(probe);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"{_root}: {failure.Message}";
        }
    }

    private static ServedJobRecord Parse(byte[] content, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ServedJobRecord>(content, ApiJson.Options) ?? throw new JsonException("it is null");
        }
        catch (JsonException failure)
        {
            throw new RestoreException(ErrorCodes.StateCorrupt, $"the record of a job cannot be read: {failure.Message}", path, "Move the job's folder away to start the service without it.", failure);
        }
    }

    private string FolderOf(string id) => Path.Combine(_root, id);

    private byte[]? ReadIfThere(string id, string name)
    {
        var path = Path.Combine(FolderOf(id), name);
        return Guarded(path, () =>
        {
            using var stream = Files.OpenRead(path);
            if (stream is null)
            {
                return null;
            }

            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        });
    }

    private void Write(string id, string name, byte[] content)
    {
        var path = Path.Combine(FolderOf(id), name);
        Guarded(path, () => WholeStateFile.Write(Files, path, content));
    }

    private static void Guarded(string path, Action work) => Guarded(path, () =>
    {
        work();
        return true;
    });

    private static T Guarded<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.StateUnwritable, $"the service's directory cannot be used: {failure.Message}", path, Remedy, failure);
        }
    }
}
