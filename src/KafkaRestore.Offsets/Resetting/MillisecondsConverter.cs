using System.Text.Json;
using System.Text.Json.Serialization;

namespace KafkaRestore.Offsets.Resetting;

/// <summary>Durations in milliseconds, as existing scripts read them: whole ones.</summary>
internal class MillisecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => TimeSpan.FromMilliseconds(reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue((long)Math.Round(value.TotalMilliseconds));
}

/// <summary>The same with their fractions.</summary>
internal sealed class FractionalMillisecondsConverter : MillisecondsConverter
{
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue(value.TotalMilliseconds);
}
