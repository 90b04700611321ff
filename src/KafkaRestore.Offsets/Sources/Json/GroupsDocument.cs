using System.Globalization;

namespace KafkaRestore.Offsets.Sources.Json;

/// <summary>A document of group offsets, whose form shows from the name of its main field.</summary>
internal sealed class GroupsDocument(SourceGroupsBuilder builder) : JsonShape
{
    private const string Removed = "removed";
    private const string Since = "since";
    private readonly KmapShape _kmap = new(builder);
    private readonly ArchiveShape _archive = new(builder);
    private readonly SnapshotShape _snapshot = new(builder);
    private JsonShape? _form;
    private bool _isArchive;
    private string? _since;
    private long _removed;

    public override JsonKind KindAt(JsonPlace place)
    {
        if (place.Depth == 0)
        {
            return JsonKind.Any; // said at the end, with what can be given instead
        }

        if (place.Depth == 1)
        {
            Choose(place[0]);
        }

        return place switch
        {
            _ when place.Is("snapshot_time") => JsonKind.Number,
            _ when place.Is("timestamp") || place.Is("created_at") => JsonKind.TextOrNull,
            _ when place.Is(Since, "timestamp") => JsonKind.TextOrNull,
            _ => FormAt(place)?.KindAt(place) ?? JsonKind.Any,
        };
    }

    public override void Value(JsonPlace place, JsonScalar value)
    {
        if (place.Is("snapshot_time"))
        {
            builder.TakenAt = TimeOf(value.Number);
            _isArchive = true;
        }
        else if (place.Is("timestamp") || place.Is("created_at"))
        {
            builder.TakenAt = DateTimeOffset.TryParse(value.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
        }
        else if (place.Is(Since, "timestamp"))
        {
            _since = value.Text;
        }
        else
        {
            FormAt(place)?.Value(place, value);
        }
    }

    public override void End(JsonPlace place)
    {
        if (place.Is(Since))
        {
            _since ??= "an earlier file";
        }
        else if (place.Is(Removed, JsonPlace.Element))
        {
            _removed++;
        }
        else if (place.Depth > 0)
        {
            FormAt(place)?.End(place);
        }
    }

    /// <summary>The document has ended.</summary>
    public void Finish()
    {
        // An archive's file without groups is one without groups, to kafka-backup as well.
        if (_form is null && !_isArchive)
        {
            throw SourceDamage.NoSource(builder.Where, "the JSON holds no group offsets: it has none of the fields consumer_groups, groups and group_offsets");
        }

        if (_since is not null)
        {
            builder.Warn($"it holds only what has changed since {_since}; what has not changed is in the earlier file");
        }

        if (_removed > 0)
        {
            builder.Warn($"{Naming.Count(_removed, "offset")} of the earlier file had been removed; nothing is removed here");
        }

        if (builder.IsEmpty)
        {
            builder.Warn(_form == _kmap
                ? "it holds no groups. The released versions 1.2.0 to 1.3.1 of kmap write empty files whatever the cluster has, so this does not mean that there were none"
                : "it holds no groups");
        }
    }

    private JsonShape? FormAt(JsonPlace place) => place[0] switch
    {
        KmapShape.Field => _kmap,
        ArchiveShape.Field => _archive,
        SnapshotShape.Field => _snapshot,
        _ => null,
    };

    private void Choose(string field)
    {
        JsonShape? form = field switch
        {
            KmapShape.Field => _kmap,
            ArchiveShape.Field => _archive,
            SnapshotShape.Field => _snapshot,
            _ => null,
        };
        if (form is not null && _form is not null && form != _form)
        {
            throw SourceDamage.Of(builder.Where, field, "the document has the fields of two forms at once");
        }

        _form = form ?? _form;
    }

    private static DateTimeOffset? TimeOf(long milliseconds) =>
        milliseconds is >= 0 and <= 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
