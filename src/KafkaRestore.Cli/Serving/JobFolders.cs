using System.Text;
using System.Text.Json;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Cli.Output;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Serving;

/// <summary>The jobs of a service on its disk: a folder for each, every file of it there as a whole or not at all.</summary>
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
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public JobFolders(string data)
    {
        Root = Path.GetFullPath(data);
        _root = Path.Combine(Root, "jobs");
        StateRoot = Path.Combine(Root, "state");
        Guarded(_root, () => Directory.CreateDirectory(_root));
    }

    /// <summary>The service's directory.</summary>
    public string Root { get; }

    /// <summary>Keeps every other service out of the directory until disposed.</summary>
    /// <exception cref="RestoreException">JOB_LOCKED: another one works there. STATE_UNWRITABLE.</exception>
    public IDisposable Lock()
    {
        var path = Path.Combine(Root, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (File.Exists(path))
        {
            throw new RestoreException(ErrorCodes.JobLocked, "another service works in this directory", path, "End it first, or name another directory with --data.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.StateUnwritable, $"the service's directory cannot be used: {failure.Message}", path, Remedy, failure);
        }
    }

    /// <summary>Where the engine keeps the state of the jobs.</summary>
    public string StateRoot { get; }

    /// <summary>Every job, the oldest first.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE, STATE_CORRUPT, STATE_NEWER.</exception>
    public IReadOnlyList<ServedJobRecord> ReadAll() => Guarded(_root, () =>
        Directory.EnumerateDirectories(_root)
            .Select(static folder => Path.Combine(folder, RecordName))
            .Where(File.Exists) // a submission that was cut off before it was answered has none
            .Select(ReadRecord)
            .OrderBy(static record => record.Job.SubmittedAt).ThenBy(static record => record.Job.Id, StringComparer.Ordinal)
            .ToList());

    /// <summary>Keeps a new job: once this returns, it survives the service.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void Create(ServedJobRecord record, string document)
    {
        Guarded(FolderOf(record.Job.Id), () => Directory.CreateDirectory(FolderOf(record.Job.Id)));
        Write(record.Job.Id, DocumentName, "the submitted configuration", Encoding.UTF8.GetBytes(document));
        Save(record);
    }

    /// <summary>Keeps what has become of a job.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void Save(ServedJobRecord record) => Write(record.Job.Id, RecordName, "the job", JsonSerializer.SerializeToUtf8Bytes(record, ApiJson.Options));

    /// <summary>What was submitted.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public string ReadDocument(string id) => Guarded(FolderOf(id), () => File.ReadAllText(Path.Combine(FolderOf(id), DocumentName), Encoding.UTF8));

    /// <summary>Keeps the report of a run.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void WriteReport<T>(string id, T report) => Write(id, ReportName, "the report", JsonOutput.Serialize(report));

    /// <summary>The report of the last run that has ended; null before the first.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public byte[]? ReadReport(string id) => ReadIfThere(id, ReportName);

    /// <summary>Keeps how the lanes of a run ended.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void WriteLanes(string id, IReadOnlyList<LaneInfo> lanes) => Write(id, LanesName, "the lanes", JsonSerializer.SerializeToUtf8Bytes(lanes, ApiJson.Options));

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
            File.WriteAllBytes(probe, [1]);
            File.Delete(probe);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"{_root}: {failure.Message}";
        }
    }

    private static ServedJobRecord ReadRecord(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ServedJobRecord>(File.ReadAllBytes(path), ApiJson.Options) ?? throw new JsonException("it is null");
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
        return Guarded(path, () => File.Exists(path) ? File.ReadAllBytes(path) : null);
    }

    private void Write(string id, string name, string what, byte[] content)
    {
        try
        {
            WholeFile.Write(Path.Combine(FolderOf(id), name), what, content);
        }
        catch (RestoreException failure)
        {
            throw new RestoreException(ErrorCodes.StateUnwritable, failure.Message, failure.Where, inner: failure);
        }
    }

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
