using KafkaRestore.Engine.State.Files;

namespace KafkaRestore.Engine.Tests.State;

/// <summary>The power is gone: nothing that follows happens, no clean-up either.</summary>
internal sealed class PowerCut : Exception;

/// <summary>
/// A disk that forgets what was not brought to it. Content is safe after a flush, names after their directory's sync (names in the order in which they were
/// changed). A step can be made to fail, or to be the last.
/// </summary>
internal sealed class SimulatedDisk : IStateFiles
{
    private readonly Dictionary<string, Node> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> _safeNames = new(StringComparer.Ordinal);
    private readonly List<Action<Dictionary<string, Node>>> _unsafeNames = [];
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);
    private bool _dead;

    /// <summary>Steps so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Names of the steps so far.</summary>
    public List<string> History { get; } = [];

    /// <summary>Called before each step; throws to make it fail.</summary>
    public Action<int> OnStep { get; set; } = static _ => { };

    /// <summary>Whether locks keep anyone out.</summary>
    public bool Locks { get; init; } = true;

    /// <summary>Changes of names that a power cut may still undo.</summary>
    public int UnsafeNames => _unsafeNames.Count;

    public IEnumerable<string> Paths => _names.Keys;

    public static Action<int> FailAt(int step, Func<Exception> failure) => at =>
    {
        if (at == step)
        {
            throw failure();
        }
    };

    public static IOException NoSpace() => new("No space left on device", 28);

    public IStateFiles? Claim(string path, bool fromAnyone) => this;

    public byte[] Content(string path) => [.. _names[path].Bytes];

    public void Change(string path, Func<byte[], byte[]> change)
    {
        var changed = change(Content(path));
        _names[path].Bytes = [.. changed];
        _names[path].Safe = changed;
    }

    public void Put(string path, byte[] content)
    {
        var node = new Node { Bytes = [.. content], Safe = content };
        _names[path] = node;
        _safeNames[path] = node;
    }

    public void Remove(string path)
    {
        _names.Remove(path);
        _safeNames.Remove(path);
    }

    /// <summary>What a machine finds after the power is back.</summary>
    /// <param name="names">How many of the unsafe changes of names have reached the disk.</param>
    /// <param name="content">The share of unsafe content that has, 0 to 1.</param>
    public SimulatedDisk AfterPowerCut(int names, double content)
    {
        var kept = new Dictionary<string, Node>(_safeNames, StringComparer.Ordinal);
        foreach (var change in _unsafeNames.Take(names))
        {
            change(kept);
        }

        var disk = new SimulatedDisk { Locks = Locks };
        foreach (var (path, node) in kept)
        {
            var safe = node.Safe?.Length ?? 0;
            disk.Put(path, node.Bytes.Count < safe ? node.Safe! : [.. node.Bytes.Take(safe + (int)((node.Bytes.Count - safe) * content))]);
        }

        disk._directories.UnionWith(_directories);
        return disk;
    }

    /// <summary>What the next process finds when only the process has died.</summary>
    public SimulatedDisk AfterKill()
    {
        var disk = new SimulatedDisk { Locks = Locks };
        foreach (var (path, node) in _names)
        {
            disk.Put(path, [.. node.Bytes]);
        }

        disk._directories.UnionWith(_directories);
        return disk;
    }

    public Stream? OpenRead(string path)
    {
        Live();
        return _names.TryGetValue(path, out var node) ? new MemoryStream([.. node.Bytes], writable: false) : null;
    }

    public Stream Create(string path)
    {
        Step($"create {path}");
        var node = new Node();
        Rename(names => names[path] = node);
        return new NodeStream(this, node);
    }

    public Stream Append(string path, long length)
    {
        Step($"append {path}");
        if (!_names.TryGetValue(path, out var node))
        {
            node = new Node();
            Rename(names => names[path] = node);
        }

        // What is cut off and what is added may reach the disk or not, until it is flushed.
        node.Bytes.RemoveRange((int)length, node.Bytes.Count - (int)length);
        return new NodeStream(this, node);
    }

    public void Flush(Stream created)
    {
        Step("flush");
        var node = ((NodeStream)created).Node;
        node.Safe = [.. node.Bytes];
    }

    public void Replace(string from, string to)
    {
        Step($"replace {to}");
        if (!_names.ContainsKey(from))
        {
            throw new FileNotFoundException(from);
        }

        Rename(names =>
        {
            if (names.Remove(from, out var node))
            {
                names[to] = node;
            }
        });
    }

    public void Delete(string path)
    {
        Step($"delete {path}");
        Rename(names => names.Remove(path));
    }

    public bool DirectoryExists(string path)
    {
        Live();
        return _directories.Contains(path);
    }

    public void CreateDirectory(string path)
    {
        Step($"directory {path}");
        for (var directory = path; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            _directories.Add(directory);
        }
    }

    public void SyncDirectory(string path)
    {
        Step($"sync {path}");
        foreach (var change in _unsafeNames)
        {
            change(_safeNames);
        }

        _unsafeNames.Clear();
    }

    public IReadOnlyList<string> Names(string directory, bool directories = false)
    {
        Live();
        return [.. (directories ? _directories : _names.Keys.AsEnumerable()).Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path))];
    }

    public IDisposable? TryLock(string path)
    {
        Step($"lock {path}");
        return !Locks ? new Held(() => { }) : _locks.Add(path) ? new Held(() => _locks.Remove(path)) : null;
    }

    private void Rename(Action<Dictionary<string, Node>> change)
    {
        change(_names);
        _unsafeNames.Add(change);
    }

    private void Live()
    {
        if (_dead)
        {
            throw new PowerCut();
        }
    }

    private void Step(string what)
    {
        Live();
        History.Add(what);
        try
        {
            OnStep(Steps++);
        }
        catch (PowerCut)
        {
            _dead = true;
            throw;
        }
    }

    private sealed class Node
    {
        public List<byte> Bytes { get; set; } = [];

        public byte[]? Safe { get; set; }
    }

    private sealed class Held(Action release) : IDisposable
    {
        public void Dispose() => release();
    }

    private sealed class NodeStream(SimulatedDisk disk, Node node) : Stream
    {
        public Node Node => node;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => node.Bytes.Count;

        public override long Position { get => node.Bytes.Count; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        // Half of it lands even when the step fails.
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            node.Bytes.AddRange(buffer[..(buffer.Length / 2)]);
            disk.Step("write");
            node.Bytes.AddRange(buffer[(buffer.Length / 2)..]);
        }
    }
}
