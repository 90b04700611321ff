using System.Text.Json;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>Takes both JSON forms of an offset report apart: what each object of a mapping is, its own fields say.</summary>
internal sealed partial class JsonReportParser(OffsetReportLimits limits) : IReportParser
{
    private readonly Stack<Section> _sections = new();
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 64 });
    private long _bytesBefore;
    private long _tokenAt;
    private int _passingOver;
    private int _field;
    private string? _name;
    private bool _ended;

    /// <inheritdoc/>
    public List<ReportedRun> Runs { get; } = [];

    /// <inheritdoc/>
    public string Place => $"byte {_tokenAt}{Path}";

    /// <inheritdoc/>
    public int Take(ReadOnlySpan<byte> bytes, bool isFinal)
    {
        var reader = new Utf8JsonReader(bytes, isFinal, _state);
        try
        {
            while (reader.Read())
            {
                _tokenAt = _bytesBefore + reader.TokenStartIndex;
                Take(ref reader);
            }
        }
        catch (JsonException damage)
        {
            throw new ReportDamage("it is no whole JSON document", $"line {damage.LineNumber + 1}, byte {damage.BytePositionInLine + 1} of it{Path}", damage);
        }
        catch (FormatException damage)
        {
            throw new ReportDamage(damage.Message, Place, damage);
        }

        _state = reader.CurrentState;
        _bytesBefore += reader.BytesConsumed;
        return (int)reader.BytesConsumed;
    }

    /// <inheritdoc/>
    public void Finish()
    {
        if (!_ended)
        {
            throw new ReportDamage("it ends too early", Place);
        }
    }

    private void Take(ref Utf8JsonReader reader)
    {
        if (_passingOver > 0)
        {
            _passingOver += reader.TokenType switch
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
                See(ref reader);
                break;
            case JsonTokenType.StartObject:
                Enter(isList: false);
                break;
            case JsonTokenType.StartArray:
                Enter(isList: true);
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                Leave();
                break;
            default:
                SetScalar(ref reader);
                break;
        }
    }

    /// <summary>Takes note of a property's name: as a known field where fields are, as a key elsewhere.</summary>
    private void See(ref Utf8JsonReader reader)
    {
        if (FieldsOf(_sections.Peek()) is { } fields)
        {
            _field = fields.Match(ref reader);
        }
        else
        {
            _name = JsonText.Of(ref reader);
        }
    }

    private void SetScalar(ref Utf8JsonReader reader)
    {
        var section = _sections.Peek();
        if (FieldsOf(section) is not { } fields)
        {
            throw new FormatException("an object or a list was expected");
        }

        if (_field >= 0)
        {
            if (section == Section.Root && _field < RootSections.Length && reader.TokenType != JsonTokenType.Null)
            {
                throw new FormatException($"'{RootSections[_field]}' is no object");
            }

            fields.Set(_field, ref reader);
        }
    }

    private void Enter(bool isList)
    {
        if (_sections.Count == 0)
        {
            _sections.Push(Section.Root);
            return;
        }

        var inner = Inner(_sections.Peek());
        if (inner is null)
        {
            if (_field >= 0 && FieldsOf(_sections.Peek()) is not null)
            {
                throw new FormatException("a list or an object stands where a number or a text was expected");
            }

            _passingOver = 1;
            return;
        }

        if (isList != (inner == Section.Mapping))
        {
            throw new FormatException(isList ? "a list stands where an object was expected" : "an object stands where a list was expected");
        }

        _sections.Push(inner.Value);
        Begin(inner.Value);
    }

    /// <summary>What an object or list at this place is; null when nobody knows it.</summary>
    private Section? Inner(Section outer) => outer switch
    {
        Section.Root when _field is >= 0 and < 3 => Section.Entries + _field,
        Section.Entries => Section.Entry,
        Section.Mappings => Section.Mapping,
        Section.Mapping => Section.Run,
        Section.Groups => Section.Group,
        Section.Group when _field == GroupOffsetsField => Section.Topics,
        Section.Topics => Section.Partitions,
        Section.Partitions => Section.GroupOffset,
        _ => null,
    };

    private void Leave()
    {
        // The section stays on top until its meaning is taken, so that an error names it.
        var section = _sections.Peek();
        End(section);
        _sections.Pop();
        _ended = section == Section.Root;
    }

    private enum Section
    {
        Root,
        Entries,
        Mappings,
        Groups,
        Entry,
        Mapping,
        Run,
        Group,
        Topics,
        Partitions,
        GroupOffset,
    }
}
