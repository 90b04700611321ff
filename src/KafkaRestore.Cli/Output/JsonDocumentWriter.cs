using System.Text.Json;

namespace KafkaRestore.Cli.Output;

/// <summary>Writes a document as indented JSON.</summary>
internal sealed class JsonDocumentWriter(Stream stream) : IDocumentWriter
{
    private readonly Utf8JsonWriter _writer = new(stream, JsonOutput.WriterOptions);

    public void Take(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                _writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                _writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                _writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                _writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                _writer.WritePropertyName(reader.GetString()!);
                break;
            case JsonTokenType.String:
                _writer.WriteStringValue(reader.GetString());
                break;
            default:
                // Numbers of any size, true, false and null stay as they are written.
                _writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    public void Flush() => _writer.Flush();

    public void Dispose()
    {
        _writer.Dispose();
        stream.Write("\n"u8);
    }
}
