using System.Buffers.Binary;
using System.Collections.Frozen;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.Lanes.Spreading;
using KafkaRestore.Engine.Planning;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>
/// What each record of one source passes through: time window, control records, headers. Works on whole blocks, in place where nothing is
/// added, and allocates nothing per record.
/// </summary>
internal sealed class RecordTransform
{
    private readonly StreamRules _rules;
    private readonly LaneSource _source;
    private readonly SourceCounters _counters;
    private readonly AddedHeaders _added;
    private readonly bool _passesAll;
    private readonly long _readFrom;
    private readonly long _nextOffset;
    private readonly (RecordPartitioner By, int Partition)? _only;
    private readonly FrozenSet<long>? _leftOut;
    private readonly bool _mayLeaveOut;
    private readonly bool _countsWindow;
    private List<Skip>? _unwritable;

    /// <param name="rules">What every record passes through.</param>
    /// <param name="source">The source.</param>
    /// <param name="counters">Counts what is left out.</param>
    /// <param name="readFrom">Records below this offset are dropped and not counted: an earlier run has.</param>
    /// <param name="nextOffset">Records below this offset are counted if they are left out, and dropped otherwise: they are in the target.</param>
    /// <param name="skips">What is left out because it cannot be written; null is nothing.</param>
    /// <param name="only">Records of other partitions are dropped and not counted; null: there are none.</param>
    /// <param name="countsWindow">Whether what the window leaves out is counted here: of the lanes of a repartitioned topic one counts it for all.</param>
    public RecordTransform(
        StreamRules rules,
        LaneSource source,
        SourceCounters counters,
        long readFrom = 0,
        long nextOffset = 0,
        StreamSkips? skips = null,
        (RecordPartitioner By, int Partition)? only = null,
        bool countsWindow = true)
    {
        _countsWindow = countsWindow;
        _only = only;
        _leftOut = skips?.RecordsOf(source);
        _mayLeaveOut = skips?.Allowed.UnwritableRecords ?? false;
        _readFrom = readFrom;
        _nextOffset = Math.Max(readFrom, nextOffset);
        _rules = rules;
        _source = source;
        _counters = counters;
        _added = new AddedHeaders(rules.Headers.Encoding, source.Partition);
        _passesAll = only is null && _leftOut is null && rules is { WindowStart: null, WindowEnd: null, DropControlRecords: false, Headers: { Strip: false, Add: false } };
    }

    /// <summary>The source offset of the latest block's last record; null where the block was not looked at, because nothing of it can be left out.</summary>
    public long? LastSeen { get; private set; }

    /// <summary>The latest block's records that cannot be written and are left out, those that are noted already aside; null when there is none.</summary>
    public IReadOnlyList<Skip>? Unwritable => _unwritable;

    /// <summary>Whether <see cref="Apply"/> needs a second block to write into.</summary>
    public bool NeedsRoom => _rules.Headers.Add;

    /// <summary>The room that the records of <paramref name="block"/> need at most once headers are added, in bytes.</summary>
    public static long RoomFor(RecordBlock block) => block.Length + ((long)block.Count * AddedHeaders.MostBytes);

    /// <summary>
    /// Applies the rules to all records of <paramref name="block"/>, in it or into <paramref name="room"/>, whose content it sets.
    /// </summary>
    /// <returns>How many records remain.</returns>
    public int Apply(RecordBlock block, RecordBlock room)
    {
        _unwritable = null;
        if (_passesAll && (_nextOffset == 0 || block.Count == 0 || RecordView.At(block.Bytes).Offset >= _nextOffset))
        {
            LastSeen = null;
            return block.Count;
        }

        var memory = room.Memory;
        var position = 0;
        var kept = 0;
        foreach (var record in block)
        {
            var offset = record.Offset;
            LastSeen = offset;
            if (offset < _readFrom)
            {
                continue;
            }

            if (_rules.IsOutside(record.Timestamp))
            {
                if (_countsWindow)
                {
                    _counters.SkippedByWindow();
                }

                continue;
            }

            if (_only is { } only && only.By.PartitionOf(record, _source.Partition) != only.Partition)
            {
                continue;
            }

            if (_rules.DropControlRecords && ControlRecords.IsMarker(record))
            {
                _counters.DroppedAsControl(offset);
                continue;
            }

            if (_leftOut?.Contains(offset) == true)
            {
                _counters.Unwritable();
                continue;
            }

            if (offset < _nextOffset)
            {
                continue;
            }

            if (_mayLeaveOut && FindRefusal(record) is { } refusal)
            {
                _counters.Unwritable();
                (_unwritable ??= []).Add(Skip.OfRecord(_source, offset, refusal));
                continue;
            }

            position += Write(record, memory[position..]);
            kept++;
        }

        room.SetContent(kept, position);
        return kept;
    }

    /// <summary>Why a record cannot be made as it is to be; null when it can.</summary>
    private RestoreException? FindRefusal(RecordView record)
    {
        var headers = _rules.Headers;
        return headers.Add && record.HeaderCount - (headers.Strip ? TrackingHeaders.Of(record).Count : 0) + AddedHeaders.Count > RecordEncoder.MaxHeaders ? Refusal(record) : null;
    }

    private RestoreException Refusal(RecordView record) => new(
        ErrorCodes.RecordNotRepresentable, $"the record at source offset {record.Offset} has {record.HeaderCount} headers and no room for more", _source.ToString());

    /// <summary>Writes one record as it is to be; when in place, never further than where it was read.</summary>
    private int Write(RecordView record, Span<byte> destination)
    {
        var headers = _rules.Headers;
        var strip = headers.Strip ? TrackingHeaders.Of(record) : default;
        var stripped = headers.Strip ? strip.Count : 0;
        if (stripped == 0 && !headers.Add)
        {
            record.Encoded.CopyTo(destination);
            return record.Encoded.Length;
        }

        var (offset, timestamp) = (record.Offset, record.Timestamp);
        var count = record.HeaderCount - stripped + (headers.Add ? AddedHeaders.Count : 0);
        if (count > RecordEncoder.MaxHeaders)
        {
            throw Refusal(record);
        }

        var countAt = record.HeaderCountPosition;
        var headerBytes = record.Headers;
        record.Encoded[..countAt].CopyTo(destination);
        var position = countAt + 2;
        var index = 0;
        foreach (var header in headerBytes)
        {
            if (stripped == 0 || !strip.Contains(index))
            {
                header.Encoded.CopyTo(destination[position..]);
                position += header.Encoded.Length;
            }

            index++;
        }

        if (headers.Add)
        {
            position += _added.Write(destination[position..], offset, timestamp);
        }

        // Last, because in place these bytes may be where the record was still being read.
        BinaryPrimitives.WriteUInt16LittleEndian(destination[countAt..], (ushort)count);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)(position - 4));
        return position;
    }
}
