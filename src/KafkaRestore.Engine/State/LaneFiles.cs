using System.Globalization;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Engine.State.Checkpoints;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Engine.State.Skips;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State;

/// <summary>
/// The checkpoint files of a job's lanes, and what they add up to. Each lane has a lock of its own, held only while its file is read or written.
/// </summary>
internal sealed class LaneFiles
{
    public const string FolderName = "lanes";
    private const string Ending = ".ckpt";
    private const string PreviousEnding = ".previous.ckpt";
    private readonly IStateFiles _files;
    private readonly string _folder;
    private LaneFile?[] _lanes;

    public LaneFiles(IStateFiles files, string runFolder, int lanes)
    {
        _files = files;
        _folder = Path.Combine(runFolder, FolderName);
        _lanes = new LaneFile?[lanes];
    }

    /// <summary>Adds up what the last checkpoints say; lanes that are being saved count as before or after.</summary>
    public LaneSums Sum(IReadOnlyList<JobLane> lanes)
    {
        var sums = default(LaneSums);
        for (var number = 0; number < lanes.Count; number++)
        {
            if (_lanes[number]?.Last is { } progress)
            {
                sums = new LaneSums(
                    sums.Records + progress.Records,
                    sums.Bytes + progress.Bytes,
                    sums.Begun + 1,
                    sums.Done + (lanes[number].IsFinished(progress.State, progress.Position) ? 1 : 0),
                    sums.Failed + (progress.State == LaneState.Failed ? 1 : 0),
                    sums.Skips + progress.Skips,
                    sums.RecordsSkipped + progress.RecordsSkipped);
            }
        }

        return sums;
    }

    /// <summary>Makes room for lanes that an archive has added; before any lane is read or saved.</summary>
    public void Grow(int lanes) => Array.Resize(ref _lanes, lanes);

    /// <summary>Reads every checkpoint once, for sums and positions.</summary>
    /// <param name="begun">How many lanes the summary says have one; with fewer, files are missing.</param>
    /// <param name="forgive">Whether missing ones do not matter.</param>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE. A damaged checkpoint is its own lane's failure, later.</exception>
    public void Scan(int begun, bool forgive)
    {
        var found = NumbersIn(_files, _folder);
        if (found.Count < begun && !forgive)
        {
            throw StateFailure.Corrupt($"{begun} lanes of the job have begun, and only {found.Count} of them have a checkpoint", _folder);
        }

        foreach (var number in found)
        {
            if (number >= _lanes.Length)
            {
                throw StateFailure.Corrupt($"there is a checkpoint of lane {number}, and the job has {_lanes.Length} lanes", _folder);
            }

            try
            {
                Of(number).Read();
            }
            catch (RestoreException damaged) when (damaged.Code == ErrorCodes.StateCorrupt)
            {
                Of(number).Last = Progress.Damaged;
            }
        }
    }

    /// <summary>The file of what a lane has left out for good.</summary>
    public SkipFile SkipsOf(int number) => new(FilesOf(number), Path.Combine(_folder, number.ToString(CultureInfo.InvariantCulture) + SkipFile.Ending));

    /// <summary>What all lanes of a run have left out for good.</summary>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public static IReadOnlyList<Skip> ReadAllSkips(IStateFiles files, string runFolder)
    {
        var folder = Path.Combine(runFolder, FolderName);
        try
        {
            return [.. files.Names(folder).Where(name => name.EndsWith(SkipFile.Ending, StringComparison.Ordinal)).Order(StringComparer.Ordinal).SelectMany(name => new SkipFile(files, Path.Combine(folder, name)).Read())];
        }
        catch (Exception error) when (StateFailure.Translate(error, "the state of the job cannot be read", folder) is { } known)
        {
            throw known;
        }
    }

    /// <summary>How far a lane has come; null when it has not begun or nobody knows.</summary>
    public StreamPosition? PositionOf(int number) => _lanes[number]?.Last is { IsKnown: true } progress ? progress.Position : null;

    /// <summary>The lane's checkpoint; null when it has none.</summary>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public LaneCheckpoint? Read(int number)
    {
        var file = Of(number);
        lock (file.Gate)
        {
            return file.Read();
        }
    }

    /// <summary>Writes the lane's checkpoint unless it says the same as the last one.</summary>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public bool Save(int number, LaneCheckpoint checkpoint)
    {
        var file = Of(number);
        lock (file.Gate)
        {
            var now = Progress.Of(checkpoint);
            if (file.Last == now)
            {
                return false;
            }

            file.Write(checkpoint);
            file.Last = now;
            return true;
        }
    }

    /// <summary>The numbers of the lanes that have a checkpoint now.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public IReadOnlyCollection<int> Numbers() => NumbersIn(_files, _folder);

    /// <summary>The numbers of the lanes that have a checkpoint in a folder.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public static IReadOnlyCollection<int> NumbersIn(IStateFiles files, string folder)
    {
        try
        {
            var found = new HashSet<int>();
            foreach (var name in files.Names(folder))
            {
                var digits = name.EndsWith(PreviousEnding, StringComparison.Ordinal) ? name[..^PreviousEnding.Length]
                    : name.EndsWith(Ending, StringComparison.Ordinal) ? name[..^Ending.Length]
                    : "";
                if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    found.Add(number);
                }
            }

            return found;
        }
        catch (Exception error) when (StateFailure.Translate(error, "the state of the job cannot be read", folder) is { } known)
        {
            throw known;
        }
    }

    /// <summary>The file of a lane's checkpoint in a folder.</summary>
    public static DurableFile FileOf(IStateFiles files, string folder, int number)
    {
        var name = Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture));
        return new DurableFile(files, name + Ending, name + PreviousEnding);
    }

    /// <summary>Takes a lane over; what was known of it counts no more.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void Claim(int number)
    {
        var path = Path.Combine(_folder, number.ToString(CultureInfo.InvariantCulture));
        try
        {
            var files = _files.Claim(path, fromAnyone: true)!;
            Volatile.Write(ref _lanes[number], new LaneFile(files, FileOf(files, _folder, number)));
        }
        catch (Exception error) when (StateFailure.Translate(error, "the lane cannot be taken over", path) is { } known)
        {
            throw known;
        }
    }

    /// <summary>The files of a lane, as it was last claimed.</summary>
    public IStateFiles FilesOf(int number) => Of(number).Files;

    private LaneFile Of(int number)
    {
        if (Volatile.Read(ref _lanes[number]) is { } known)
        {
            return known;
        }

        var made = new LaneFile(_files, FileOf(_files, _folder, number));
        return Interlocked.CompareExchange(ref _lanes[number], made, null) ?? made;
    }

    /// <summary>What makes a checkpoint another one.</summary>
    private sealed record Progress(LaneState State, bool CleanStop, long Baseline, long ExpectedEnd, StreamPosition Position, Guid? TopicId, long Records, long Bytes, int Sources, int Skips, long RecordsSkipped)
    {
        /// <summary>A lane that has begun, and nobody knows how far it is.</summary>
        public static Progress Damaged { get; } = new(LaneState.Waiting, false, -1, -1, default, null, 0, 0, 0, 0, 0);

        public bool IsKnown => State != LaneState.Waiting;

        public static Progress Of(LaneCheckpoint checkpoint) => new(
            checkpoint.State, checkpoint.CleanStop, checkpoint.Baseline, checkpoint.ExpectedEnd, checkpoint.Position, checkpoint.TopicId, checkpoint.Records, checkpoint.Bytes, checkpoint.Sources.Count, checkpoint.Skips, checkpoint.RecordsSkipped);
    }

    private sealed class LaneFile(IStateFiles files, DurableFile file)
    {
        private volatile Progress? _last;

        public IStateFiles Files => files;

        public Lock Gate { get; } = new();

        /// <summary>What the last checkpoint says; null before the first.</summary>
        public Progress? Last
        {
            get => _last;
            set => _last = value;
        }

        public LaneCheckpoint? Read()
        {
            var checkpoint = file.Read(content => LaneCheckpointFormat.Read(content, file.Path));
            if (checkpoint is not null)
            {
                Last = Progress.Of(checkpoint);
            }

            return checkpoint;
        }

        public void Write(LaneCheckpoint checkpoint) => file.Write(LaneCheckpointFormat.Write(checkpoint));
    }
}

/// <summary>What the checkpoints of a job add up to.</summary>
internal readonly record struct LaneSums(long Records, long Bytes, int Begun, int Done, int Failed, int Skips, long RecordsSkipped);
