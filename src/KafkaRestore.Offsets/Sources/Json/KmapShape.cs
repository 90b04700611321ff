namespace KafkaRestore.Offsets.Sources.Json;

/// <summary>The form of kmap, and with further fields of <c>offsets export</c>: <c>consumer_groups[].topics.{topic}[].{partition, offset}</c>.</summary>
internal sealed class KmapShape(SourceGroupsBuilder builder) : JsonShape
{
    public const string Field = "consumer_groups";

    private readonly List<(string Topic, long Partition, long Offset, string? Metadata, string Place)> _commits = [];
    private string? _group;
    private long? _partition;
    private long? _offset;
    private string? _metadata;

    public override JsonKind KindAt(JsonPlace place) => place switch
    {
        _ when place.Is(Field) => JsonKind.List,
        _ when place.Is(Field, "#") => JsonKind.Object,
        _ when place.Is(Field, "#", "group") => JsonKind.Text,
        _ when place.Is(Field, "#", "topics") => JsonKind.Object,
        _ when place.Is(Field, "#", "topics", "*") => JsonKind.List,
        _ when place.Is(Field, "#", "topics", "*", "#") => JsonKind.Object,
        _ when place.Is(Field, "#", "topics", "*", "#", "partition") || place.Is(Field, "#", "topics", "*", "#", "offset") => JsonKind.Number,
        _ when place.Is(Field, "#", "topics", "*", "#", "metadata") => JsonKind.TextOrNull,
        _ => JsonKind.Any,
    };

    public override void Value(JsonPlace place, JsonScalar value)
    {
        switch (place[place.Depth - 1])
        {
            case "group":
                _group = value.Text;
                break;
            case "partition":
                _partition = value.Number;
                break;
            case "offset":
                _offset = value.Number;
                break;
            default:
                _metadata = value.Text;
                break;
        }
    }

    public override void End(JsonPlace place)
    {
        if (place.Is(Field, "#", "topics", "*", "#"))
        {
            if (_partition is not { } partition || _offset is not { } offset)
            {
                throw SourceDamage.Of(builder.Where, place.ToString(), $"the field {(_partition is null ? "partition" : "offset")} is missing");
            }

            _commits.Add((place[3], partition, offset, _metadata, place.ToString()));
            (_partition, _offset, _metadata) = (null, null, null);
            if (_commits.Count > builder.Limits.Commits)
            {
                throw SourceDamage.TooMuch(builder.Where, $"a group has more than {Naming.Count(builder.Limits.Commits, "committed offset")}");
            }
        }
        else if (place.Is(Field, "#"))
        {
            var group = _group ?? throw SourceDamage.Of(builder.Where, place.ToString(), "the field group is missing");
            builder.AddGroup(group, place.ToString());
            foreach (var (topic, partition, offset, metadata, where) in _commits)
            {
                builder.Add(group, topic, partition, offset, metadata, where);
            }

            _group = null;
            _commits.Clear();
        }
    }
}
