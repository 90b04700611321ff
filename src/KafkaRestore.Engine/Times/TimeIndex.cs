using KafkaRestore.Archive.KafkaBackup.Manifests;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Engine.Options;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Times;

/// <summary>
/// What is known of the times in an archive's segments, kept on this machine's disk for all jobs of the archive: for each segment that was ever read to its end the smallest and
/// the largest timestamp, so that a time window can leave it out without reading it. May be used from any thread. Holds some 100 bytes for each segment that it knows.
/// </summary>
public sealed class TimeIndex
{
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly IndexFile? _file;
    private readonly TimeProvider _time;
    private readonly Dictionary<SegmentIdentity, SegmentTimes> _known = [];
    private readonly List<KeyValuePair<SegmentIdentity, SegmentTimes>> _added = [];
    private long _saved;

    private TimeIndex(IndexFile? file, TimeProvider time)
    {
        _file = file;
        _time = time;
        _saved = time.GetTimestamp();
    }

    /// <summary>The file; null where there is none to be had.</summary>
    public string? FileName => _file?.FileName;

    /// <summary>What of the file is not used because it is damaged; null is nothing.</summary>
    public string? Damage => _file?.Damage;

    /// <summary>Why the index cannot be read or written; null while it can. What is known already stays known.</summary>
    public RestoreException? Failure { get; private set; }

    /// <summary>Opens the index of an archive; one that is not there yet is empty.</summary>
    /// <param name="directory">The directory of states.</param>
    /// <param name="manifest">The archive.</param>
    /// <param name="storage">Where the archive is.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="RestoreException">STATE_UNWRITABLE: it cannot be read. STATE_NEWER.</exception>
    public static TimeIndex Open(string directory, Manifest manifest, StorageProperties storage, TimeProvider? time = null)
    {
        var index = new TimeIndex(new IndexFile(IndexPlace.Of(directory, manifest.BackupId, manifest.CreatedAt, storage)), time ?? TimeProvider.System);
        index._file!.Read(index._known);
        return index;
    }

    /// <summary>
    /// The index that a job works with: null where it has no time window, keeps no index, or takes segments at their word, of which the manifest then says nothing. One that cannot be
    /// read is empty and says so by <see cref="Failure"/>: a job goes on without it.
    /// </summary>
    public static TimeIndex? ForJob(RestoreOptions options, Manifest manifest, StorageProperties storage, TimeProvider? time = null)
    {
        if (options.TrustSegments || options.Execution.TimeIndexDirectory is not { } directory || options.Selection is { TimeWindowStart: null, TimeWindowEnd: null })
        {
            return null;
        }

        try
        {
            return Open(directory, manifest, storage, time);
        }
        catch (RestoreException unreadable)
        {
            return new TimeIndex(null, TimeProvider.System) { Failure = unreadable };
        }
    }

    /// <summary>The times of a segment; null when they are not known, or were those of another content.</summary>
    public SegmentTimes? Find(in SegmentReference segment)
    {
        var identity = SegmentIdentity.Of(segment);
        lock (_gate)
        {
            return _known.TryGetValue(identity, out var times) && times.Records == segment.Entry.RecordCount ? times : null;
        }
    }

    /// <summary>Takes note of a segment that was read to its end and is as the manifest says; writes every few seconds. Never throws: see <see cref="Failure"/>.</summary>
    public void Add(SegmentReference segment, SegmentTimes times)
    {
        if (times.Records == 0 || times.Records != segment.Entry.RecordCount)
        {
            return;
        }

        var identity = SegmentIdentity.Of(segment);
        lock (_gate)
        {
            if (!_known.TryAdd(identity, times))
            {
                return;
            }

            _added.Add(new(identity, times));
            if (_added.Count >= IndexFormat.MostEntries || _time.GetElapsedTime(_saved) >= SaveInterval)
            {
                Save();
            }
        }
    }

    /// <summary>Writes what was added, and cuts off what is damaged. Never throws: see <see cref="Failure"/>. What cannot be written now, because others write, is written with the next.</summary>
    public void Save()
    {
        if (_file is null || Failure is not null)
        {
            return;
        }

        lock (_gate)
        {
            _saved = _time.GetTimestamp();
            if (_added.Count == 0 && _file.Damage is null)
            {
                return;
            }

            try
            {
                if (_file.Append(_added, _known))
                {
                    _added.Clear();
                }
            }
            catch (RestoreException unwritable)
            {
                Failure = unwritable;
            }
        }
    }
}
