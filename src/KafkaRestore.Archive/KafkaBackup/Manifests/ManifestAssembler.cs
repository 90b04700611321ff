using System.Text.Json;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.KafkaBackup.Manifests;

/// <summary>
/// Builds a <see cref="Manifest"/> from JSON tokens as they come. It knows where in the document it is, skips what it does not know, and
/// keeps only what is needed.
/// </summary>
internal sealed class ManifestAssembler
{
    private readonly string _backupId;
    private readonly string _where;
    private readonly ArchiveLimits _limits;
    private readonly List<Frame> _frames = [];
    private readonly ManifestNames _names = new();
    private string _property = "";
    private int _skipDepth;
    private bool _done;

    private readonly ManifestFields _root = new();
    private readonly List<string> _brokers = [];
    private readonly List<string> _missingTopics = [];
    private readonly List<ManifestTopic> _topics = [];
    private readonly HashSet<string> _topicNames = new(StringComparer.Ordinal);

    private ManifestFields _topic = new();
    private Dictionary<string, string> _configurations = [];
    private List<PendingPartition> _partitions = [];

    private ManifestFields _partition = new();
    private List<PendingSegment> _segments = [];
    private List<OffsetGap> _gaps = [];
    private List<PrunedRange> _pruned = [];
    private long _segmentCount;

    private readonly ManifestFields _item = new();

    public ManifestAssembler(string backupId, string where, ArchiveLimits limits)
    {
        _where = where;
        _backupId = backupId;
        _limits = limits;
    }

    private enum Place
    {
        Root,
        Brokers,
        MissingTopics,
        Topics,
        Topic,
        Configurations,
        Partitions,
        Partition,
        Segments,
        Segment,
        Gaps,
        Gap,
        PrunedRanges,
        Pruned,
    }

    /// <summary>Where in the document the last token stood, e.g. <c>topics[2].partitions[0].segments[17].start_offset</c>.</summary>
    public string Path
    {
        get
        {
            var path = "";
            foreach (var frame in _frames)
            {
                path += frame.Place switch
                {
                    Place.Root => "",
                    Place.Topic or Place.Partition or Place.Segment or Place.Gap or Place.Pruned => $"[{frame.Index}]",
                    _ => (path.Length == 0 ? "" : ".") + Word(frame.Place),
                };
            }

            return _property.Length == 0 ? (path.Length == 0 ? "the start" : path) : path + (path.Length == 0 ? "" : ".") + Readable.Show(_property);
        }
    }

    /// <summary>Takes the next token.</summary>
    /// <exception cref="FormatException">The document is JSON but not a manifest.</exception>
    public void Take(ref Utf8JsonReader reader)
    {
        if (_skipDepth > 0)
        {
            _skipDepth += reader.TokenType switch
            {
                JsonTokenType.StartObject or JsonTokenType.StartArray => 1,
                JsonTokenType.EndObject or JsonTokenType.EndArray => -1,
                _ => 0,
            };
            return;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _property = _names.Find(ref reader) ?? Text(ref reader);
                break;
            case JsonTokenType.StartObject:
            case JsonTokenType.StartArray:
                Open(reader.TokenType == JsonTokenType.StartObject);
                break;
            case JsonTokenType.EndObject:
            case JsonTokenType.EndArray:
                Close();
                break;
            default:
                Scalar(ref reader);
                break;
        }
    }

    /// <summary>The whole manifest, after the last token.</summary>
    /// <exception cref="FormatException">Something that every manifest has is missing.</exception>
    public Manifest Finish()
    {
        if (!_done)
        {
            throw new FormatException("the manifest is empty");
        }

        var id = _root.RequiredText("backup_id", "");
        if (id != _backupId)
        {
            throw new FormatException($"the manifest says that it belongs to archive '{Readable.Show(id)}', but it stands in the folder of '{_backupId}': the folder was renamed or the manifest was copied; every key in it points elsewhere");
        }

        return new Manifest
        {
            BackupId = id,
            CreatedAt = _root.Required("created_at", ""),
            SourceClusterId = _root.Text("source_cluster_id"),
            SourceBrokers = _brokers,
            Compression = _root.Text("compression") ?? "",
            IsolationLevel = _root.Text("isolation_level"),
            MissingTopics = _missingTopics,
            Topics = _root.Seen("topics") ? _topics : throw new FormatException("'topics' is missing"),
        };
    }

    private static string Word(Place place) => place switch
    {
        Place.Brokers => "source_brokers",
        Place.MissingTopics => "missing_topics",
        Place.Topics => "topics",
        Place.Configurations => "configurations",
        Place.Partitions => "partitions",
        Place.Segments => "segments",
        Place.Gaps => "gaps",
        Place.PrunedRanges => "pruned",
        _ => "",
    };

    private void Open(bool isObject)
    {
        if (_frames.Count == 0)
        {
            _frames.Add(new Frame(Place.Root, 0));
            if (!isObject)
            {
                throw new FormatException("the manifest is a list, not an object");
            }

            return;
        }

        var here = _frames[^1];
        var next = Next(here.Place);
        if (next is not { } place)
        {
            if (here.Place is Place.Brokers or Place.MissingTopics or Place.Configurations)
            {
                throw new FormatException("a string was expected");
            }

            FieldsOf(here.Place)?.SetOther(_property);
            _skipDepth = 1;
            return;
        }

        if (WantsObject(place) != isObject)
        {
            throw Expected(place);
        }

        FieldsOf(here.Place)?.See(_property);
        var index = here.Count;
        _frames[^1] = here with { Count = here.Count + 1 };
        _frames.Add(new Frame(place, index));
        _property = "";
        Begin(place);
    }

    private static bool WantsObject(Place place) =>
        place is Place.Topic or Place.Partition or Place.Segment or Place.Gap or Place.Pruned or Place.Configurations;

    private static FormatException Expected(Place place) =>
        new(WantsObject(place) ? "an object was expected" : "a list was expected");

    private Place? Next(Place here) => (here, _property) switch
    {
        (Place.Root, "source_brokers") => Place.Brokers,
        (Place.Root, "missing_topics") => Place.MissingTopics,
        (Place.Root, "topics") => Place.Topics,
        (Place.Topics, _) => Place.Topic,
        (Place.Topic, "configurations") => Place.Configurations,
        (Place.Topic, "partitions") => Place.Partitions,
        (Place.Partitions, _) => Place.Partition,
        (Place.Partition, "segments") => Place.Segments,
        (Place.Partition, "gaps") => Place.Gaps,
        (Place.Partition, "pruned") => Place.PrunedRanges,
        (Place.Segments, _) => Place.Segment,
        (Place.Gaps, _) => Place.Gap,
        (Place.PrunedRanges, _) => Place.Pruned,
        _ => null,
    };

    private ManifestFields? FieldsOf(Place place) => place switch
    {
        Place.Root => _root,
        Place.Topic => _topic,
        Place.Partition => _partition,
        Place.Segment or Place.Gap or Place.Pruned => _item,
        _ => null,
    };

    private void Begin(Place place)
    {
        switch (place)
        {
            case Place.Topic:
                Limit(_topics.Count, _limits.ManifestTopics, "topics");
                _topic = new ManifestFields();
                _configurations = [];
                _partitions = [];
                break;
            case Place.Partition:
                Limit(_partitions.Count, _limits.ManifestTopics, "partitions");
                _partition = new ManifestFields();
                _segments = [];
                _gaps = [];
                _pruned = [];
                break;
            case Place.Segment:
                Limit(++_segmentCount, _limits.ManifestSegments, "segments");
                _item.Clear();
                break;
            case Place.Gap or Place.Pruned:
                Limit(_gaps.Count + _pruned.Count, _limits.ManifestTopics, "gaps and pruned ranges of one partition");
                _item.Clear();
                break;
        }
    }

    private void Close()
    {
        var place = _frames[^1].Place;
        _property = "";
        switch (place)
        {
            case Place.Segment:
                var segment = PendingSegment.From(_item);
                _segments.Add(_topic.Text("name") is { } topic && _partition.Number("partition_id") is { } partition and >= 0 and <= int.MaxValue
                    ? segment.Resolve(_backupId, topic, (int)partition)
                    : segment);
                break;
            case Place.Gap:
                _gaps.Add(BuildGap());
                break;
            case Place.Pruned:
                _pruned.Add(BuildPruned());
                break;
            case Place.Partition:
                _partitions.Add(BuildPartition());
                break;
            case Place.Topic:
                _topics.Add(BuildTopic());
                break;
            case Place.Root:
                _done = true;
                break;
        }

        _frames.RemoveAt(_frames.Count - 1);
    }

    private void Scalar(ref Utf8JsonReader reader)
    {
        if (_frames.Count == 0)
        {
            throw new FormatException("the manifest is a single value, not an object");
        }

        var place = _frames[^1].Place;
        switch (place)
        {
            case Place.Brokers or Place.MissingTopics:
                Limit(_brokers.Count + _missingTopics.Count, _limits.ManifestTopics, "brokers and missing topics");
                (place == Place.Brokers ? _brokers : _missingTopics).Add(
                    reader.TokenType == JsonTokenType.String ? Text(ref reader) : throw new FormatException("a string was expected"));
                break;
            case Place.Configurations:
                // A setting without a value says nothing.
                if (reader.TokenType != JsonTokenType.Null)
                {
                    Limit(_configurations.Count, _limits.ManifestTopics, "settings of one topic");
                    var value = reader.TokenType == JsonTokenType.String ? Text(ref reader) : throw new FormatException("a string was expected");
                    if (!_configurations.TryAdd(_property, value))
                    {
                        throw new FormatException($"'{Readable.Show(_property)}' is given twice");
                    }
                }

                break;
            default:
                // Null in the place of a list is no list: required ones are found missing.
                if (Next(place) is not { } expected)
                {
                    FieldsOf(place)!.Set(_property, ref reader, this);
                }
                else if (reader.TokenType != JsonTokenType.Null || FieldsOf(place) is null)
                {
                    throw Expected(expected);
                }

                break;
        }
    }

    private OffsetGap BuildGap()
    {
        var (start, end) = (_item.Offset("start_offset"), _item.Offset("end_offset"));
        return end >= start
            ? new OffsetGap(start, end, _item.Text("reason") ?? "")
            : throw new FormatException($"a gap ends at offset {end}, before its start {start}");
    }

    private PrunedRange BuildPruned()
    {
        var (start, end) = (_item.Offset("start_offset"), _item.Offset("end_offset"));
        return end >= start
            ? new PrunedRange(start, end, _item.Number("segments") ?? 0, _item.Text("reason") ?? "")
            : throw new FormatException($"a pruned range ends at offset {end}, before its start {start}");
    }

    private PendingPartition BuildPartition()
    {
        var id = _partition.Required("partition_id", "");
        if (id is < 0 or > int.MaxValue)
        {
            throw new FormatException($"partition_id {id} is not a partition number");
        }

        if (!_partition.Seen("segments"))
        {
            throw new FormatException($"'segments' of partition {id} is missing");
        }

        return new PendingPartition(
            (int)id,
            _segments,
            _gaps,
            _pruned,
            _partition.OptionalOffset("covered_through"),
            _partition.OptionalOffset("snapshot_end_offset"),
            _partition.OptionalOffset("high_watermark_at_capture"));
    }

    private ManifestTopic BuildTopic()
    {
        var name = _topic.RequiredText("name", "");
        TopicName.Check(name);
        if (!_topicNames.Add(name))
        {
            throw new FormatException($"topic '{name}' is listed twice");
        }

        if (!_topic.Seen("partitions"))
        {
            throw new FormatException($"'partitions' of topic '{name}' is missing");
        }

        var count = _topic.Number("original_partition_count");
        if (count is < 0 or > int.MaxValue)
        {
            throw new FormatException($"original_partition_count {count} of topic '{name}' is not a number of partitions");
        }

        var partitions = new List<ManifestPartition>(_partitions.Count);
        foreach (var partition in _partitions)
        {
            partitions.Add(partition.Resolve(_backupId, name));
        }

        partitions.Sort((a, b) => a.PartitionId.CompareTo(b.PartitionId));
        for (var i = 1; i < partitions.Count; i++)
        {
            if (partitions[i].PartitionId == partitions[i - 1].PartitionId)
            {
                throw new FormatException($"partition {partitions[i].PartitionId} of topic '{name}' is listed twice");
            }
        }

        return new ManifestTopic
        {
            Name = name,
            OriginalPartitionCount = (int?)count,
            SourceReplicationFactor = _topic.Number("source_replication_factor") is { } factor and >= 0 and <= short.MaxValue ? (int)factor : null,
            Configurations = _configurations,
            Partitions = partitions,
        };
    }

    private void Limit(long count, long limit, string what)
    {
        if (count > limit)
        {
            throw new RestoreException(ErrorCodes.ArchiveLimit, $"the manifest lists more than {limit} {what}", _where);
        }
    }

    internal string Text(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > _limits.ManifestStringBytes)
        {
            throw new RestoreException(ErrorCodes.ArchiveLimit, $"the manifest holds a string of more than {_limits.ManifestStringBytes} bytes at {Path}", _where);
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("a string is not valid UTF-8");
        }
    }

    private readonly record struct Frame(Place Place, int Index, int Count = 0);
}
