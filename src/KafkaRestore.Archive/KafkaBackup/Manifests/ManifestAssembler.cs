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
    private readonly ArchiveLimits _limits;
    private readonly List<Frame> _frames = [];
    private string _property = "";
    private int _skipDepth;
    private bool _done;

    private readonly Fields _root = new();
    private readonly List<string> _brokers = [];
    private readonly List<string> _missingTopics = [];
    private readonly List<ManifestTopic> _topics = [];
    private readonly HashSet<string> _topicNames = new(StringComparer.Ordinal);

    private Fields _topic = new();
    private Dictionary<string, string> _configurations = [];
    private List<PendingPartition> _partitions = [];

    private Fields _partition = new();
    private List<PendingSegment> _segments = [];
    private List<OffsetGap> _gaps = [];
    private List<PrunedRange> _pruned = [];
    private long _segmentCount;

    private readonly Fields _item = new();

    public ManifestAssembler(string backupId, ArchiveLimits limits)
    {
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

            return _property.Length == 0 ? (path.Length == 0 ? "the start" : path) : path + (path.Length == 0 ? "" : ".") + _property;
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
                _property = Text(ref reader);
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
            throw new FormatException($"the manifest says that it belongs to archive '{id}', but it stands in the folder of '{_backupId}': the folder was renamed or the manifest was copied; every key in it points elsewhere");
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
            _skipDepth = 1;
            return;
        }

        var wantsObject = place is Place.Topic or Place.Partition or Place.Segment or Place.Gap or Place.Pruned or Place.Configurations;
        if (wantsObject != isObject)
        {
            throw new FormatException(wantsObject ? "an object was expected" : "a list was expected");
        }

        FieldsOf(here.Place)?.See(_property);
        var index = here.Count;
        _frames[^1] = here with { Count = here.Count + 1 };
        _frames.Add(new Frame(place, index));
        _property = "";
        Begin(place);
    }

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

    private Fields? FieldsOf(Place place) => place switch
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
                _topic = new Fields();
                _configurations = [];
                _partitions = [];
                break;
            case Place.Partition:
                Limit(_partitions.Count, _limits.ManifestTopics, "partitions");
                _partition = new Fields();
                _segments = [];
                _gaps = [];
                _pruned = [];
                break;
            case Place.Segment:
                Limit(++_segmentCount, _limits.ManifestSegments, "segments");
                _item.Clear();
                break;
            case Place.Gap or Place.Pruned:
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
                _gaps.Add(new OffsetGap(_item.Offset("start_offset"), _item.Offset("end_offset"), _item.Text("reason") ?? ""));
                break;
            case Place.Pruned:
                _pruned.Add(new PrunedRange(_item.Offset("start_offset"), _item.Offset("end_offset"), _item.Number("segments") ?? 0, _item.Text("reason") ?? ""));
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
                (place == Place.Brokers ? _brokers : _missingTopics).Add(
                    reader.TokenType == JsonTokenType.String ? Text(ref reader) : throw new FormatException("a string was expected"));
                break;
            case Place.Configurations:
                // A setting without a value says nothing.
                if (reader.TokenType != JsonTokenType.Null)
                {
                    _configurations[_property] = reader.TokenType == JsonTokenType.String ? Text(ref reader) : throw new FormatException("a string was expected");
                }

                break;
            default:
                if (FieldsOf(place) is { } fields)
                {
                    fields.Set(_property, ref reader, this);
                }
                else
                {
                    throw new FormatException("an object was expected");
                }

                break;
        }
    }

    private PendingPartition BuildPartition()
    {
        var id = _partition.Required("partition_id", "");
        if (id is < 0 or > int.MaxValue)
        {
            throw new FormatException($"partition_id {id} is not a partition number");
        }

        return new PendingPartition(
            (int)id,
            _segments,
            _gaps,
            _pruned,
            _partition.Number("covered_through"),
            _partition.Number("snapshot_end_offset"),
            _partition.Number("high_watermark_at_capture"));
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

    private static void Limit(long count, long limit, string what)
    {
        if (count > limit)
        {
            throw new RestoreException(ErrorCodes.ArchiveLimit, $"the manifest lists more than {limit} {what}");
        }
    }

    private string Text(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > _limits.ManifestStringBytes)
        {
            throw new RestoreException(ErrorCodes.ArchiveLimit, $"the manifest holds a string of more than {_limits.ManifestStringBytes} bytes at {Path}");
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

    /// <summary>The scalar fields of the object being read.</summary>
    internal sealed class Fields
    {
        private readonly Dictionary<string, (long? Number, string? Text)> _values = new(StringComparer.Ordinal);

        public void Clear() => _values.Clear();

        public void See(string property) => Add(property, default);

        public bool Seen(string property) => _values.ContainsKey(property);

        public void Set(string property, ref Utf8JsonReader reader, ManifestAssembler assembler)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    Add(property, (null, assembler.Text(ref reader)));
                    break;
                case JsonTokenType.Number when reader.TryGetInt64(out var number):
                    Add(property, (number, null));
                    break;
                case JsonTokenType.Number when IsKnownNumber(property):
                    throw new FormatException($"{property} is not a whole number of 64 bits");
                default:
                    Add(property, default);
                    break;
            }
        }

        public long? Number(string property)
        {
            if (!_values.TryGetValue(property, out var value))
            {
                return null;
            }

            return value.Text is null ? value.Number : throw new FormatException($"{property} is a string; a number was expected");
        }

        public string? Text(string property)
        {
            if (!_values.TryGetValue(property, out var value))
            {
                return null;
            }

            return value.Number is null ? value.Text : throw new FormatException($"{property} is a number; a string was expected");
        }

        public long Required(string property, string of) =>
            Number(property) ?? throw new FormatException($"'{property}'{of} is missing");

        public string RequiredText(string property, string of) =>
            Text(property) ?? throw new FormatException($"'{property}'{of} is missing");

        public long Offset(string property)
        {
            var value = Required(property, "");
            return value >= 0 ? value : throw new FormatException($"{property} {value} is negative");
        }

        public long Size(string property)
        {
            var value = Number(property) ?? 0;
            return value >= 0 ? value : throw new FormatException($"{property} {value} is negative");
        }

        private static bool IsKnownNumber(string property) =>
            property.EndsWith("_offset", StringComparison.Ordinal) || property.EndsWith("_size", StringComparison.Ordinal)
            || property.EndsWith("_timestamp", StringComparison.Ordinal) || property.EndsWith("_at", StringComparison.Ordinal)
            || property is "record_count" or "partition_id" or "original_partition_count" or "source_replication_factor" or "covered_through";

        private void Add(string property, (long?, string?) value)
        {
            if (!_values.TryAdd(property, value))
            {
                throw new FormatException($"'{property}' is given twice");
            }
        }
    }
}
