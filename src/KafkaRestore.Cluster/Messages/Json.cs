using System.Text.Json;
using KafkaRestore.Api.Contracts;

namespace KafkaRestore.Cluster.Messages;

/// <summary>A value between silos, in the form of the API: two versions of a silo understand each other as far as two versions of the API do.</summary>
/// <param name="Utf8">The JSON text.</param>
/// <typeparam name="T">What it is.</typeparam>
[GenerateSerializer, Immutable]
internal readonly record struct Json<T>([property: Id(0)] byte[] Utf8)
{
    private static readonly JsonSerializerOptions s_options = new(ApiJson.Options) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip };

    /// <summary>The value.</summary>
    public T Value => JsonSerializer.Deserialize<T>(Utf8, s_options)!;

    /// <summary>Its message.</summary>
    public static Json<T> Of(T value) => new(JsonSerializer.SerializeToUtf8Bytes(value, s_options));
}
