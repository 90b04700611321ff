using System.Collections.Concurrent;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;
using StackExchange.Redis;

namespace KafkaRestore.Cluster.Redis;

/// <summary>
/// The state of jobs in Redis, for all silos: a string for each file, a set for the names in each directory. Every change is one script, so it happens as a whole or not at all; what was claimed is
/// changed only as long as nobody else has claimed it since.
/// </summary>
/// <remarks>
/// For small files. Calls wait for Redis, and for a while when it is away: it may be starting again. Durable is what Redis calls durable: its settings decide how many seconds a power cut may take
/// (docs/running-a-cluster.md). Nothing here relies on that for exactness: a checkpoint that is older than the target is compared with it.
/// </remarks>
internal sealed class RedisStateFiles : IStateFiles
{
    private const string Put = Guard + """
        redis.call('SET', KEYS[2], ARGV[3])
        redis.call('SADD', KEYS[3], ARGV[4])
        return 1
        """;

    private const string Rename = Guard + """
        if redis.call('EXISTS', KEYS[2]) == 0 then return redis.call('EXISTS', KEYS[3]) end
        redis.call('RENAME', KEYS[2], KEYS[3])
        redis.call('SREM', KEYS[4], ARGV[3])
        redis.call('SADD', KEYS[5], ARGV[4])
        return 1
        """;

    private const string Remove = Guard + """
        redis.call('DEL', KEYS[2])
        redis.call('SREM', KEYS[3], ARGV[3])
        return 1
        """;

    private const string Release = """
        if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
        return 1
        """;

    // The first key is the owner's; the first value its token, empty where nothing is claimed, the second how long it stays without a word, in milliseconds, 0 for ever. An owner that Redis has
    // forgotten is the owner still, as long as nobody else has come.
    private const string Guard = """
        if ARGV[1] ~= '' then
          local owner = redis.call('GET', KEYS[1])
          if owner and owner ~= ARGV[1] then return -1 end
          if ARGV[2] ~= '0' then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
          elseif not owner then redis.call('SET', KEYS[1], ARGV[1]) end
        end

        """;

    private const string Take = """
        local owner = redis.call('GET', KEYS[1])
        if owner and ARGV[3] ~= '' and string.sub(owner, 1, string.len(ARGV[3])) ~= ARGV[3] then return 0 end
        if ARGV[2] ~= '0' then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) else redis.call('SET', KEYS[1], ARGV[1]) end
        return 1
        """;

    // A job that nobody goes on with is free for others after this time.
    private const int LeaseMilliseconds = 60_000;

    private readonly RedisStore _redis;
    private readonly string _holder;
    private readonly string _claimed;
    private readonly string _token;
    private readonly int _lease;
    private readonly ConcurrentDictionary<string, bool> _directories;
    private readonly ConcurrentDictionary<string, bool> _locks = new(StringComparer.Ordinal);

    /// <summary>The files of a cluster.</summary>
    /// <param name="redis">Where they are.</param>
    /// <param name="holder">For whom what is claimed is claimed: a job.</param>
    public RedisStateFiles(RedisStore redis, string holder = "")
        : this(redis, holder, "", "", 0, new(StringComparer.Ordinal))
    {
    }

    private RedisStateFiles(RedisStore redis, string holder, string claimed, string token, int lease, ConcurrentDictionary<string, bool> directories)
    {
        _redis = redis;
        _holder = holder;
        _lease = lease;
        _claimed = claimed;
        _token = token;
        _directories = directories;
    }

    /// <inheritdoc/>
    public Stream? OpenRead(string path) => (byte[]?)_redis.Ask(database => database.StringGet(FileKey(path))) is { } content ? new MemoryStream(content, writable: false) : null;

    /// <inheritdoc/>
    public Stream Create(string path) => new Writing(this, path);

    /// <inheritdoc/>
    public Stream Append(string path, long length)
    {
        var stream = new Writing(this, path);
        var content = (byte[]?)_redis.Ask(database => database.StringGetRange(FileKey(path), 0, length - 1)) ?? [];
        if (length > 0)
        {
            stream.Write(content);
        }

        return stream;
    }

    /// <inheritdoc/>
    public void Flush(Stream created)
    {
        ArgumentNullException.ThrowIfNull(created);
        ((Writing)created).Save();
        _redis.WaitForReplicas();
    }

    /// <inheritdoc/>
    /// <remarks>A file that is gone while the other one is there was renamed by a call that was cut off before it was answered.</remarks>
    public void Replace(string from, string to)
    {
        var (fromFolder, fromName) = Split(from);
        var (toFolder, toName) = Split(to);
        if (Change(to, Rename, [OwnerKey, FileKey(from), FileKey(to), NamesKey(fromFolder), NamesKey(toFolder)], [_token, _lease, fromName, toName]) == 0)
        {
            throw new FileNotFoundException($"there is no file {from}", from);
        }

        _redis.WaitForReplicas();
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        var (folder, name) = Split(path);
        Change(path, Remove, [OwnerKey, FileKey(path), NamesKey(folder)], [_token, _lease, name]);
    }

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => _redis.Ask(database => database.KeyExists(DirectoryKey(path)));

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        if (_directories.ContainsKey(path))
        {
            return;
        }

        if (Path.GetDirectoryName(path) is { } parent)
        {
            CreateDirectory(parent);
            _redis.Ask(database => database.SetAdd(FoldersKey(parent), Path.GetFileName(path)));
        }

        _redis.Ask(database => database.StringSet(DirectoryKey(path), "1"));
        _directories[path] = true;
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        // Names change together with files.
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names(string directory, bool directories = false) =>
        [.. _redis.Ask(database => database.SetMembers(directories ? FoldersKey(directory) : NamesKey(directory))).Select(static name => name.ToString())];

    /// <inheritdoc/>
    /// <remarks>What was claimed is locked by whoever has claimed it; anybody else finds it locked until they let it go, or are forgotten with Redis' memory.</remarks>
    public IDisposable? TryLock(string path)
    {
        if (_claimed == path)
        {
            return _locks.TryAdd(path, true) ? new Held(() => _redis.Ask(database => database.ScriptEvaluate(Release, [OwnerKey], [_token]))) : null;
        }

        return _redis.Ask(database => database.KeyExists(OwnerKeyOf(path))) ? null : new Held(static () => { });
    }

    /// <inheritdoc/>
    public IStateFiles? Claim(string path, bool fromAnyone)
    {
        var (token, lease) = ($"{_holder}|{Guid.NewGuid():N}", fromAnyone ? 0 : LeaseMilliseconds);
        if ((long)_redis.Ask(database => database.ScriptEvaluate(Take, [OwnerKeyOf(path)], [token, lease, fromAnyone ? "" : _holder + "|"])) == 0)
        {
            return null;
        }

        _redis.WaitForReplicas();
        return new RedisStateFiles(_redis, _holder, path, token, lease, _directories);
    }

    private RedisKey OwnerKey => OwnerKeyOf(_claimed);

    private RedisKey OwnerKeyOf(string path) => _redis.Key("owner:" + path);

    private RedisKey FileKey(string path) => _redis.Key("file:" + path);

    private RedisKey NamesKey(string folder) => _redis.Key("names:" + folder);

    private RedisKey FoldersKey(string folder) => _redis.Key("folders:" + folder);

    private RedisKey DirectoryKey(string folder) => _redis.Key("folder:" + folder);

    private static (string Folder, string Name) Split(string path) => (Path.GetDirectoryName(path) ?? "", Path.GetFileName(path));

    private long Change(string path, string script, RedisKey[] keys, RedisValue[] values)
    {
        var answer = (long)_redis.Ask(database => database.ScriptEvaluate(script, keys, values));
        return answer >= 0 ? answer : throw new RestoreException(
            ErrorCodes.Fenced, "another silo has taken this over", path, "Nothing is to be done: the other one goes on with it.");
    }

    private void Save(string path, ReadOnlyMemory<byte> content)
    {
        var (folder, name) = Split(path);
        Change(path, Put, [OwnerKey, FileKey(path), NamesKey(folder)], [_token, _lease, content, name]);
    }

    /// <summary>A file that is being written: saved as a whole.</summary>
    private sealed class Writing(RedisStateFiles files, string path) : MemoryStream
    {
        private bool _saved;

        public void Save()
        {
            files.Save(path, GetBuffer().AsMemory(0, (int)Length));
            _saved = true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_saved)
            {
                _saved = true;
                Save();
            }

            base.Dispose(disposing);
        }
    }

    private sealed class Held(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}
