namespace KafkaRestore.Offsets.Sources.Json;

/// <summary>The form of <c>offset-rollback</c>: <c>group_offsets.{group}.offsets.{topic}.{"partition"}.{offset, metadata}</c>.</summary>
internal sealed class SnapshotShape(SourceGroupsBuilder builder) : JsonShape
{
    public const string Field = "group_offsets";

    private long? _offset;
    private string? _metadata;

    public override JsonKind KindAt(JsonPlace place) => place switch
    {
        _ when place.Is(Field) || place.Is(Field, "*") || place.Is(Field, "*", "offsets") => JsonKind.Object,
        _ when place.Is(Field, "*", "group_id") => JsonKind.Text,
        _ when place.Is(Field, "*", "offsets", "*") || place.Is(Field, "*", "offsets", "*", "*") => JsonKind.Object,
        _ when place.Is(Field, "*", "offsets", "*", "*", "offset") => JsonKind.Number,
        _ when place.Is(Field, "*", "offsets", "*", "*", "metadata") => JsonKind.TextOrNull,
        _ => JsonKind.Any,
    };

    public override void Value(JsonPlace place, JsonScalar value)
    {
        switch (place[place.Depth - 1])
        {
            case "offset":
                _offset = value.Number;
                break;
            case "metadata":
                _metadata = value.Text;
                break;
            default:
                if (value.Text != place[1])
                {
                    throw SourceDamage.Of(builder.Where, place.ToString(), $"the group is {value.Text} here and {place[1]} in the name of the field");
                }

                break;
        }
    }

    public override void End(JsonPlace place)
    {
        if (place.Is(Field, "*"))
        {
            builder.AddGroup(place[1], place.ToString());
        }
        else if (place.Is(Field, "*", "offsets", "*", "*"))
        {
            var offset = _offset ?? throw SourceDamage.Of(builder.Where, place.ToString(), "the field offset is missing");
            builder.Add(place[1], place[3], ArchiveShape.PartitionIn(place[4], place, builder), offset, _metadata, place.ToString());
            (_offset, _metadata) = (null, null);
        }
    }
}
