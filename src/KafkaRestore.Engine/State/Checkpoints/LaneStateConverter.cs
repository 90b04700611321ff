using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaRestore.Engine.Lanes;
using KafkaRestore.Engine.Reporting;

namespace KafkaRestore.Engine.State.Checkpoints;

/// <summary>A lane's state as the word that reports use.</summary>
internal sealed class LaneStateConverter : JsonConverter<LaneState>
{
    public override LaneState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var word = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        foreach (var state in Enum.GetValues<LaneState>())
        {
            if (Words.Of(state) == word)
            {
                return state;
            }
        }

        throw new JsonException($"'{word}' is no state of a lane");
    }

    public override void Write(Utf8JsonWriter writer, LaneState value, JsonSerializerOptions options) => writer.WriteStringValue(Words.Of(value));
}
