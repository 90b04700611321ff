using KafkaRestore.Engine.Files;

namespace KafkaRestore.Engine.State.Files;

/// <summary>State on this machine's file system.</summary>
internal sealed class LocalStateFiles : IStateFiles
{
    public static LocalStateFiles Instance { get; } = new();

    public Stream? OpenRead(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public Stream Create(string path) => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);

    public Stream Append(string path, long length)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        try
        {
            stream.SetLength(length);
            stream.Position = length;
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public void Flush(Stream created) => ((FileStream)created).Flush(flushToDisk: true);

    public void Replace(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing to delete.
        }
    }

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(path);
        if (parent is not null)
        {
            CreateDirectory(parent);
        }

        Directory.CreateDirectory(path);
        if (parent is not null)
        {
            SyncDirectory(parent);
        }
    }

    public void SyncDirectory(string path) => DirectorySync.Run(path);

    public IReadOnlyList<string> Names(string directory, bool directories = false)
    {
        try
        {
            return [.. (directories ? Directory.EnumerateDirectories(directory) : Directory.EnumerateFiles(directory)).Select(path => Path.GetFileName(path))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    public IStateFiles? Claim(string path, bool fromAnyone) => this;

    /// <remarks>
    /// <see cref="FileShare.None"/> is <c>flock(LOCK_EX)</c> on Unix: it belongs to the open file, so it ends with the process, however that dies.
    /// .NET takes no notice of a file system that refuses <c>flock</c>; <see cref="JobLock"/> finds that out.
    /// </remarks>
    public IDisposable? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException held) when (SystemErrors.IsLockHeld(held))
        {
            return null;
        }
    }
}
