using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records;

namespace KafkaRestore.Configuration.Tests.Support;

/// <summary>The whole configuration as text, secrets included, so that two can be compared by value.</summary>
internal static class OptionsText
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Converters = { new SecretConverter(), new StorageConverter(), new AddressConverter(), new JsonStringEnumConverter() } };

    public static string Of(RestoreConfiguration configuration) => JsonSerializer.Serialize(configuration with { Notices = [] }, Options);

    private sealed class SecretConverter : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteStringValue(value.Reveal());
    }

    private sealed class AddressConverter : JsonConverter<IPAddress>
    {
        public override IPAddress Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, IPAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class StorageConverter : JsonConverter<StorageOptions>
    {
        public override StorageOptions Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, StorageOptions value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value, value.GetType(), options);
    }
}
