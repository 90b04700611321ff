using System.Text;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Testing;

/// <summary>A record as a reader of the target sees it.</summary>
public sealed record ConsumedRecord(long Offset, long Timestamp, byte[]? Key, byte[]? Value, IReadOnlyList<HeaderData> Headers)
{
    /// <summary>What must be equal between what was sent and what stands in the log, as text that an assertion can show.</summary>
    public string Content => Describe(Timestamp, Key, Value, Headers);

    /// <summary>The same text for a record that was to be sent.</summary>
    public static string ContentOf(RecordData record) => Describe(record.Timestamp, record.Key, record.Value, record.Headers);

    private static string Describe(long timestamp, byte[]? key, byte[]? value, IReadOnlyList<HeaderData> headers)
    {
        var text = new StringBuilder().Append(timestamp).Append(" k=").Append(Hex(key)).Append(" v=").Append(Hex(value));
        foreach (var header in headers)
        {
            text.Append(' ').Append(Hex(header.Key)).Append(':').Append(Hex(header.Value));
        }

        return text.ToString();
    }

    private static string Hex(byte[]? bytes) => bytes is null ? "null" : $"[{Convert.ToHexString(bytes)}]";
}
