using System.Security.Cryptography;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Engine.Files;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Times;

/// <summary>
/// The file of a time index. Groups of entries are appended under a lock that is held for one append; now and then the file is written anew without what it says twice. What is
/// read is what stands before the first group that is not whole; what stands behind is cut off by the next append.
/// </summary>
/// <remarks>For one thread at a time. Not guaranteed: one writer at a time on a file system that takes no notice of locks; groups that two writers mix up are not whole.</remarks>
internal sealed class IndexFile(IndexPlace place)
{
    private const int FreeEntries = 256;
    private const int LockAttempts = 50;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(10);

    private readonly List<KeyValuePair<SegmentIdentity, SegmentTimes>> _group = [];
    private ulong _edition;
    private long _end;
    private long _entries;

    private readonly byte[] _buffer = new byte[IndexFormat.MostGroupBytes];

    /// <summary>The file.</summary>
    public string FileName => place.File;

    /// <summary>What of the file is not used because it is damaged; null is nothing.</summary>
    public string? Damage { get; private set; }

    /// <summary>Reads all that is whole into <paramref name="known"/>.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE: it cannot be read. STATE_NEWER.</exception>
    public void Read(Dictionary<SegmentIdentity, SegmentTimes> known)
    {
        try
        {
            using var stream = LocalStateFiles.Instance.OpenRead(place.File);
            if (stream is not null)
            {
                Read(stream, known);
            }
        }
        catch (Exception error) when (StateFailure.Translate(error, "the time index cannot be read", place.File) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Appends what is new, and takes note of what others have appended since.</summary>
    /// <param name="added">What is new; in <paramref name="known"/> already.</param>
    /// <param name="known">Everything.</param>
    /// <returns>False when others hold the lock: nothing was written.</returns>
    /// <exception cref="RestoreException">STATE_UNWRITABLE, STATE_NEWER.</exception>
    public bool Append(IReadOnlyCollection<KeyValuePair<SegmentIdentity, SegmentTimes>> added, Dictionary<SegmentIdentity, SegmentTimes> known)
    {
        try
        {
            var folder = Path.GetDirectoryName(place.File)!;
            LocalStateFiles.Instance.CreateDirectory(folder);
            using var held = TryLock();
            if (held is null)
            {
                return false;
            }

            using (var stream = new FileStream(place.File, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
            {
                if (Read(stream, known))
                {
                    stream.SetLength(_end);
                    stream.Position = _end;
                    IndexFormat.Write(stream, added);
                    stream.Flush(flushToDisk: true);
                    _end = stream.Position;
                    _entries += Cost(added.Count);
                    Damage = null;
                }
                else
                {
                    _entries = long.MaxValue;
                }
            }

            if (_entries > (2L * known.Count) + FreeEntries)
            {
                Replace(known, folder);
            }

            return true;
        }
        catch (Exception error) when (StateFailure.Translate(error, "the time index cannot be written", place.File) is { } failure)
        {
            throw failure;
        }
    }

    // A group costs about as much as an entry.
    private static long Cost(int entries) => entries + 1 + (entries / IndexFormat.MostEntries);

    private IDisposable? TryLock()
    {
        for (var attempt = 1; ; attempt++)
        {
            if (LocalStateFiles.Instance.TryLock(place.LockFile) is { } held)
            {
                return held;
            }

            if (attempt == LockAttempts)
            {
                return null;
            }

            Thread.Sleep(LockPause);
        }
    }

    /// <summary>Reads from where it was read before, or from the beginning where the file is another one; false where it does not even begin as such a file.</summary>
    private bool Read(Stream stream, Dictionary<SegmentIdentity, SegmentTimes> known)
    {
        var start = new byte[Math.Min(stream.Length, 256)];
        stream.ReadExactly(start);
        var (version, edition, length) = IndexFormat.ReadFirstLine(start, place.Archive);
        if (version > IndexFormat.Version)
        {
            throw StateFailure.Newer(place.File, version, IndexFormat.Version);
        }

        if (version == 0)
        {
            Damage = start.Length == 0 ? null : "it does not begin as the index of this archive; nothing of it is used";
            return false;
        }

        if (edition != _edition || stream.Length < _end)
        {
            (_edition, _end, _entries) = (edition, length, 0);
        }

        int read, used;
        do
        {
            stream.Position = _end;
            read = stream.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false);
            used = 0;
            while (IndexFormat.ReadGroup(_buffer.AsSpan(used, read - used), _group) is > 0 and var bytes)
            {
                used += bytes;
                _entries += Cost(_group.Count);
                foreach (var (identity, times) in _group)
                {
                    known.TryAdd(identity, times);
                }
            }

            _end += used;
        }
        while (used > 0);

        Damage = read == 0 ? null : $"its last {stream.Length - _end} bytes are torn or damaged and not used";
        return true;
    }

    /// <summary>Writes the file anew: the old one or the new one is there whole, whatever happens.</summary>
    private void Replace(Dictionary<SegmentIdentity, SegmentTimes> known, string folder)
    {
        var temporary = place.File + ".tmp";
        var edition = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(IndexFormat.FirstLine(place.Archive, edition));
            IndexFormat.Write(stream, known);
            stream.Flush(flushToDisk: true);
            (_edition, _end, _entries) = (edition, stream.Length, Cost(known.Count));
        }

        File.Move(temporary, place.File, overwrite: true);
        DirectorySync.Run(folder);
        Damage = null;
    }
}
