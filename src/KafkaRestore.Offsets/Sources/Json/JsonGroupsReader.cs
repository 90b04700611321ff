using System.Text.Json;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Sources.Json;

/// <summary>Reads a document of any length token by token; memory grows with what is collected, not with the document.</summary>
internal static class JsonGroupsReader
{
    private const int FirstBuffer = 64 << 10;
    private const int MostDepth = 64;

    /// <summary>Reads to the end of the stream.</summary>
    /// <exception cref="RestoreException">GROUP_FILE_INVALID, naming line or field.</exception>
    public static async Task ReadAsync(Stream json, SourceGroupsBuilder builder, CancellationToken cancellationToken)
    {
        var document = new GroupsDocument(builder);
        var feed = new JsonFeed(builder, document);
        var state = new JsonReaderState(new JsonReaderOptions { MaxDepth = MostDepth });
        var buffer = new byte[FirstBuffer];
        var held = 0;
        while (true)
        {
            var read = await json.ReadAsync(buffer.AsMemory(held), cancellationToken).ConfigureAwait(false);
            held += read;
            var consumed = feed.Take(buffer.AsSpan(0, held), isFinal: read == 0, ref state);
            if (read == 0)
            {
                document.Finish();
                return;
            }

            buffer.AsSpan(consumed, held - consumed).CopyTo(buffer);
            held -= consumed;
            if (held == buffer.Length)
            {
                if (buffer.Length > builder.Limits.TokenBytes)
                {
                    throw SourceDamage.TooMuch(builder.Where, $"a value is longer than {Naming.Count(builder.Limits.TokenBytes, "byte")}");
                }

                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    private sealed class JsonFeed(SourceGroupsBuilder builder, JsonShape shape)
    {
        private readonly JsonPlace _place = new();

        public int Take(ReadOnlySpan<byte> bytes, bool isFinal, ref JsonReaderState state)
        {
            var reader = new Utf8JsonReader(bytes, isFinal, state);
            try
            {
                while (reader.Read())
                {
                    Take(ref reader);
                }
            }
            catch (JsonException damage)
            {
                throw SourceDamage.Of(builder.Where, $"line {damage.LineNumber + 1}", "the JSON is cut off or damaged", damage);
            }
            catch (InvalidOperationException damage)
            {
                // What the reader says of text that is not Unicode.
                throw SourceDamage.Of(builder.Where, _place.ToString(), "the text is not Unicode", damage);
            }

            state = reader.CurrentState;
            return (int)reader.BytesConsumed;
        }

        private void Take(ref Utf8JsonReader reader)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    _place.Name(reader.GetString()!);
                    break;
                case JsonTokenType.StartObject:
                    Check(JsonKind.Object, "an object");
                    _place.EnterObject();
                    break;
                case JsonTokenType.StartArray:
                    Check(JsonKind.List, "a list");
                    _place.EnterList();
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    _place.Leave();
                    shape.End(_place);
                    break;
                default:
                    _place.Value();
                    TakeScalar(ref reader);
                    break;
            }
        }

        private void Check(JsonKind kind, string word)
        {
            _place.Value();
            if (shape.KindAt(_place) is var wanted && wanted != JsonKind.Any && wanted != kind)
            {
                throw Differs(wanted, word);
            }
        }

        private void TakeScalar(ref Utf8JsonReader reader)
        {
            var kind = shape.KindAt(_place);
            switch (kind, reader.TokenType)
            {
                case (JsonKind.Any, _) or (JsonKind.Object or JsonKind.List, JsonTokenType.Null):
                    break;
                case (JsonKind.Text or JsonKind.TextOrNull, JsonTokenType.String):
                    shape.Value(_place, new JsonScalar(reader.GetString(), 0));
                    break;
                case (JsonKind.TextOrNull, JsonTokenType.Null):
                    shape.Value(_place, default);
                    break;
                case (JsonKind.Number, JsonTokenType.Number) when reader.TryGetInt64(out var number):
                    shape.Value(_place, new JsonScalar(null, number));
                    break;
                default:
                    throw Differs(kind, reader.TokenType switch
                    {
                        JsonTokenType.String => "a string",
                        JsonTokenType.Number => "a number",
                        JsonTokenType.Null => "null",
                        _ => "true or false",
                    });
            }
        }

        private RestoreException Differs(JsonKind wanted, string found) => SourceDamage.Of(builder.Where, _place.ToString(), $"there is {found} where {Word(wanted)} belongs");

        private static string Word(JsonKind kind) => kind switch
        {
            JsonKind.Object => "an object",
            JsonKind.List => "a list",
            JsonKind.Number => "a whole number",
            _ => "a string",
        };
    }
}
