using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KafkaRestore.Jobs.Output;

/// <summary>A line of the log as a JSON object on one line: <c>time</c>, <c>level</c>, <c>message</c>, and what else is known of it.</summary>
internal static class JsonLogLine
{
    // Not for a page: letters of every language stay readable.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it, without a line end.</summary>
    public static string Of(LogLine line, DateTimeOffset time)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("time", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("level", line.LevelWord);
            json.WriteString("message", line.Failure?.Message ?? line.Text);
            Known(json, "job", line.Job);
            Known(json, "lane", line.Lane);
            Known(json, "source", line.Source);
            if (line.Failure is { } failure)
            {
                json.WriteString("code", failure.Code.Word);
                Known(json, "where", failure.Where);
                json.WriteString("hint", failure.Hint ?? failure.Code.Remedy);
            }

            if (line.Causes.Count > 0)
            {
                json.WriteStartArray("causes");
                foreach (var cause in line.Causes)
                {
                    json.WriteStringValue(cause);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Known(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
