using System.Text.Json;
using KafkaRestore.Archive.KafkaBackup;

namespace KafkaRestore.Cli.Output;

/// <summary>Feeds JSON into a writer, field by field as it stands there, known or not.</summary>
internal static class DocumentPump
{
    private const int FirstBuffer = 64 << 10;

    /// <summary>A whole document.</summary>
    public static void Write(ReadOnlySpan<byte> json, IDocumentWriter writer)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            writer.Take(ref reader);
        }

        writer.Flush();
    }

    /// <summary>A document of any length, in memory that does not grow with it.</summary>
    /// <exception cref="JsonException">It is no whole JSON document; a part may have been written.</exception>
    public static async Task WriteAsync(Stream json, IDocumentWriter writer, CancellationToken cancellationToken)
    {
        var state = new JsonReaderState(new JsonReaderOptions { MaxDepth = 64 });
        var buffer = new byte[FirstBuffer];
        var held = 0;
        var first = true;
        while (true)
        {
            var read = await json.ReadAsync(buffer.AsMemory(held), cancellationToken).ConfigureAwait(false);
            held += read;
            var start = first && held >= 3 && buffer.AsSpan(0, 3).SequenceEqual("\uFEFF"u8) ? 3 : 0;
            first = first && held < 3 && read > 0;
            var consumed = start + Feed(buffer.AsSpan(start, held - start), isFinal: read == 0, ref state, writer);
            if (read == 0)
            {
                writer.Flush();
                return;
            }

            buffer.AsSpan(consumed, held - consumed).CopyTo(buffer);
            held -= consumed;
            if (held == buffer.Length)
            {
                if (buffer.Length > ArchiveLimits.Default.ManifestStringBytes * 2L)
                {
                    throw new JsonException("a value is too long");
                }

                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    private static int Feed(ReadOnlySpan<byte> bytes, bool isFinal, ref JsonReaderState state, IDocumentWriter writer)
    {
        var reader = new Utf8JsonReader(bytes, isFinal, state);
        while (reader.Read())
        {
            writer.Take(ref reader);
        }

        writer.Flush();
        state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }
}
