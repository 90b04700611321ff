using System.Text;
using System.Text.Json;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Archive.KafkaBackup.LegacyJson;

/// <summary>Goes through a JSON array of records, one at a time.</summary>
internal sealed class LegacyJsonParser(string key, ReadOnlyMemory<byte> text)
{
    private JsonReaderState _state;
    private int _position;
    private bool _started;
    private bool _ended;
    private long _records;
    private RecordData? _putBack;

    /// <summary>The next record; null after the last.</summary>
    public RecordData? Next()
    {
        if (_putBack is { } record)
        {
            _putBack = null;
            return record;
        }

        if (_ended)
        {
            return null;
        }

        try
        {
            return Parse();
        }
        catch (JsonException damage)
        {
            throw SegmentDamage.Corrupt(key, $"record {_records}: not whole JSON at byte {_position + damage.BytePositionInLine.GetValueOrDefault()}", damage);
        }
        catch (Exception damage) when (damage is FormatException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw SegmentDamage.Corrupt(key, $"record {_records}: {damage.Message}", damage);
        }
    }

    /// <summary>Gives a record back, to be the next again.</summary>
    public void PutBack(RecordData? record) => _putBack = record;

    private RecordData? Parse()
    {
        var reader = new Utf8JsonReader(text.Span[_position..], isFinalBlock: true, _state);
        if (!_started)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new FormatException("a JSON list was expected");
            }

            _started = true;
        }

        _records++;
        reader.Read();
        RecordData? record = null;
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _ended = true;
            if (reader.Read())
            {
                throw new FormatException("something follows the list");
            }
        }
        else
        {
            record = ParseRecord(ref reader);
        }

        _state = reader.CurrentState;
        _position += (int)reader.BytesConsumed;
        return record;
    }

    private static RecordData ParseRecord(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "a record is not an object");
        byte[]? recordKey = null, value = null;
        IReadOnlyList<HeaderData> headers = [];
        long? timestamp = null, offset = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var property = reader.GetString();
            reader.Read();
            switch (property)
            {
                case "key":
                    recordKey = Bytes(ref reader);
                    break;
                case "value":
                    value = Bytes(ref reader);
                    break;
                case "timestamp":
                    timestamp = reader.GetInt64();
                    break;
                case "offset":
                    offset = reader.GetInt64();
                    break;
                case "headers":
                    headers = ParseHeaders(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new RecordData(
            offset ?? throw new FormatException("'offset' is missing"),
            timestamp ?? throw new FormatException("'timestamp' is missing"),
            recordKey,
            value,
            headers);
    }

    private static List<HeaderData> ParseHeaders(ref Utf8JsonReader reader)
    {
        var headers = new List<HeaderData>();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return headers;
        }

        Expect(ref reader, JsonTokenType.StartArray, "'headers' is not a list");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(ref reader, JsonTokenType.StartObject, "a header is not an object");
            string? name = null;
            byte[]? value = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var property = reader.GetString();
                reader.Read();
                switch (property)
                {
                    case "key":
                        name = reader.GetString();
                        break;
                    case "value":
                        value = Bytes(ref reader);
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            var header = new HeaderData(Encoding.UTF8.GetBytes(name ?? throw new FormatException("a header has no 'key'")), value);
            if (header.Key.Length > RecordEncoder.MaxHeaderKey || headers.Count == RecordEncoder.MaxHeaders)
            {
                throw new FormatException($"more than {RecordEncoder.MaxHeaders} headers, or a header key of more than {RecordEncoder.MaxHeaderKey} bytes");
            }

            headers.Add(header);
        }

        return headers;
    }

    private static byte[]? Bytes(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : reader.GetBytesFromBase64();

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string problem)
    {
        if (reader.TokenType != type)
        {
            throw new FormatException(problem);
        }
    }
}
