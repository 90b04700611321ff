using System.Text.Json;

namespace KafkaRestore.Cli.Output;

/// <summary>Takes a JSON document token by token and writes it in some form, without holding it.</summary>
internal interface IDocumentWriter : IDisposable
{
    /// <summary>Writes the token that the reader stands on.</summary>
    void Take(ref Utf8JsonReader reader);

    /// <summary>Hands what is finished to the stream.</summary>
    void Flush();
}
