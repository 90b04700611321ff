using System.Globalization;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>What the objects of a JSON report mean.</summary>
internal sealed partial class JsonReportParser
{
    private const int GroupOffsetsField = 1;
    private static readonly string[] RootSections = ["entries", "detailed_mappings", "consumer_groups"];
    private readonly JsonFields _root = new([.. RootSections, "format_version", "source_cluster_id", "target_cluster_id", "created_at"]);
    private readonly JsonFields _entry = new(
        "topic", "partition", "source_first_offset", "source_last_offset", "target_first_offset", "target_last_offset", "first_timestamp", "last_timestamp",
        "source_topic", "source_partition");

    private readonly JsonFields _run = new(
        "source_offset", "target_offset", "timestamp", "source_start", "target_start", "len", "first_timestamp", "last_timestamp");

    private readonly JsonFields _group = new("group_id", "offsets");
    private readonly JsonFields _groupOffset = new("source_offset", "target_offset", "timestamp", "metadata");

    private readonly Dictionary<string, MapPair> _pairs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _mappings = new(StringComparer.Ordinal);
    private readonly HashSet<string> _entryKeys = new(StringComparer.Ordinal);
    private readonly HashSet<Section> _seen = [];
    private readonly List<OffsetReportEntry> _entries = [];
    private readonly List<OffsetReportGroup> _groups = [];
    private List<OffsetReportGroupOffset> _groupOffsets = [];
    private string _key = "";
    private string _topic = "";
    private int _partition;
    private long _runIndex;
    private long _groupOffsetCount;

    /// <inheritdoc/>
    public OffsetReportSummary Summary { get; private set; } = new();

    /// <inheritdoc/>
    public OffsetReportFormat Format { get; private set; } = OffsetReportFormat.JsonPairs;

    private string Path => _sections.TryPeek(out var section) ? section switch
    {
        Section.Entry => $", entries['{_key}']",
        Section.Mapping or Section.Run => $", detailed_mappings['{_key}'][{_runIndex}]",
        Section.Group or Section.Topics or Section.Partitions => $", consumer_groups['{_key}']",
        Section.GroupOffset => $", consumer_groups['{_key}'].offsets['{_topic}']['{_partition}']",
        _ => "",
    } : "";

    /// <inheritdoc/>
    public MapPair PairOf(string mapping) => _pairs[mapping];

    private JsonFields? FieldsOf(Section section) => section switch
    {
        Section.Root => _root,
        Section.Entry => _entry,
        Section.Run => _run,
        Section.Group => _group,
        Section.GroupOffset => _groupOffset,
        _ => null,
    };

    private void Begin(Section section)
    {
        FieldsOf(section)?.Clear();
        switch (section)
        {
            case Section.Entries or Section.Mappings or Section.Groups when !_seen.Add(section):
                throw new FormatException($"'{RootSections[section - Section.Entries]}' is given twice");
            case Section.Entry:
                BeginKey(_entryKeys);
                break;
            case Section.Mapping:
                _runIndex = 0;
                BeginKey(_mappings);
                break;
            case Section.Group:
                _key = _name!;
                _groupOffsets = [];
                CountGroupOffset();
                break;
            case Section.Partitions:
                _topic = _name!;
                break;
            case Section.GroupOffset:
                CountGroupOffset();
                _partition = int.TryParse(_name, NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                    ? partition
                    : throw new FormatException($"'{_name}' is no partition");
                break;
        }
    }

    private void End(Section section)
    {
        switch (section)
        {
            case Section.Root:
                EndRoot();
                break;
            case Section.Entry:
                EndEntry();
                break;
            case Section.Run:
                Runs.Add(new ReportedRun(_key, ReadRun()));
                _runIndex++;
                break;
            case Section.Group:
                _ = _group.Text(GroupOffsetsField) is null ? 0 : throw new FormatException("'offsets' is no object");
                _groups.Add(new OffsetReportGroup(_group.Text(0) ?? _key, _groupOffsets));
                break;
            case Section.GroupOffset:
                _groupOffsets.Add(new OffsetReportGroupOffset(
                    _topic, _partition, _groupOffset.Required(0), _groupOffset.Number(1), _groupOffset.Number(2) ?? TimedRun.NoTimestamp, _groupOffset.Text(3)));
                break;
        }
    }

    private void EndRoot()
    {
        if (_root.Number(3) is { } version && version is not (1 or 2))
        {
            throw new FormatException($"it has format_version {version}; 1 and 2 are known");
        }

        Format = _root.Number(3) == 2 ? OffsetReportFormat.JsonRuns : OffsetReportFormat.JsonPairs;
        Summary = new OffsetReportSummary
        {
            Entries = _entries,
            Groups = _groups,
            SourceClusterId = _root.Text(4),
            TargetClusterId = _root.Text(5),
            CreatedAt = _root.Number(6),
        };
    }

    private void EndEntry()
    {
        var pair = _pairs[_key];
        if ((_entry.Text(0) ?? pair.Target.Topic) != pair.Target.Topic || (_entry.Number(1) ?? pair.Target.Partition) != pair.Target.Partition)
        {
            throw new FormatException($"the entry names {_entry.Text(0)}/{_entry.Number(1)}");
        }

        if (_entry.Text(8) is { } topic && PartitionName.IsTopic(topic) && _entry.Number(9) is >= 0 and <= int.MaxValue and var partition)
        {
            pair = pair with { Source = new PartitionName(topic, (int)partition) };
            _pairs[_key] = pair;
        }

        _entries.Add(new OffsetReportEntry
        {
            Pair = pair,
            SourceFirstOffset = _entry.Required(2),
            SourceLastOffset = _entry.Required(3),
            TargetFirstOffset = _entry.Number(4),
            TargetLastOffset = _entry.Number(5),
            FirstTimestamp = _entry.Number(6) ?? TimedRun.NoTimestamp,
            LastTimestamp = _entry.Number(7) ?? TimedRun.NoTimestamp,
        });
    }

    private TimedRun ReadRun()
    {
        if (_run.Number(0) is { } source)
        {
            var timestamp = _run.Number(2) ?? TimedRun.NoTimestamp;
            return new TimedRun(ReportRun.Checked(source, _run.Required(1), 1), timestamp, timestamp);
        }

        return _run.Number(3) is { } start
            ? new TimedRun(ReportRun.Checked(start, _run.Required(4), _run.Required(5)), _run.Number(6) ?? TimedRun.NoTimestamp, _run.Number(7) ?? TimedRun.NoTimestamp)
            : throw new FormatException("it is neither a pair (source_offset, target_offset) nor a run (source_start, target_start, len)");
    }

    private void BeginKey(HashSet<string> seen)
    {
        _key = _name!;
        if (seen.Count >= limits.Maps)
        {
            throw new FormatException($"it holds more than {limits.Maps} mappings");
        }

        if (!seen.Add(_key))
        {
            throw new FormatException($"'{_key}' is given twice");
        }

        if (!_pairs.ContainsKey(_key))
        {
            _pairs.Add(_key, MapPair.TryParse(_key, out var pair) ? pair : throw new FormatException($"'{_key}' is no topic/partition"));
        }
    }

    private void CountGroupOffset()
    {
        if (++_groupOffsetCount > limits.GroupOffsets)
        {
            throw new FormatException($"it holds more than {limits.GroupOffsets} group offsets");
        }
    }
}
