using System.Globalization;

namespace KafkaRestore.Offsets.Sources.Json;

/// <summary>The form of an archive's <c>consumer-groups-snapshot.json</c>: <c>groups[].{group_id, offsets.{topic}.{"partition"}}</c>.</summary>
internal sealed class ArchiveShape(SourceGroupsBuilder builder) : JsonShape
{
    public const string Field = "groups";

    private readonly List<(string Topic, long Partition, long Offset, string Place)> _commits = [];
    private string? _group;

    public override JsonKind KindAt(JsonPlace place) => place switch
    {
        _ when place.Is(Field) => JsonKind.List,
        _ when place.Is(Field, "#") => JsonKind.Object,
        _ when place.Is(Field, "#", "group_id") => JsonKind.Text,
        _ when place.Is(Field, "#", "offsets") => JsonKind.Object,
        _ when place.Is(Field, "#", "offsets", "*") => JsonKind.Object,
        _ when place.Is(Field, "#", "offsets", "*", "*") => JsonKind.Number,
        _ => JsonKind.Any,
    };

    public override void Value(JsonPlace place, JsonScalar value)
    {
        if (place.Depth == 3)
        {
            _group = value.Text;
            return;
        }

        _commits.Add((place[3], PartitionIn(place[4], place, builder), value.Number, place.ToString()));
        if (_commits.Count > builder.Limits.Commits)
        {
            throw SourceDamage.TooMuch(builder.Where, $"a group has more than {Naming.Count(builder.Limits.Commits, "committed offset")}");
        }
    }

    public override void End(JsonPlace place)
    {
        if (!place.Is(Field, "#"))
        {
            return;
        }

        var group = _group ?? throw SourceDamage.Of(builder.Where, place.ToString(), "the field group_id is missing");
        builder.AddGroup(group, place.ToString());
        foreach (var (topic, partition, offset, where) in _commits)
        {
            builder.Add(group, topic, partition, offset, null, where);
        }

        _group = null;
        _commits.Clear();
    }

    /// <summary>The number of a partition, which stands there as a name.</summary>
    public static int PartitionIn(string name, JsonPlace place, SourceGroupsBuilder builder) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            ? partition
            : throw SourceDamage.Of(builder.Where, place.ToString(), "the name of the field is no number of a partition");
}
