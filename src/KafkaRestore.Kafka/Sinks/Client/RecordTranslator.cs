using Confluent.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Sinks.Client;

/// <summary>
/// Turns a record into the arrays and header objects that Confluent.Kafka wants, and refuses what would not arrive unchanged.
/// Used by one thread; the message is used again for the next record, which is sound because the client copies it.
/// </summary>
internal sealed class RecordTranslator(SinkLane lane, bool compresses)
{
    private readonly HeaderKeyCache _keys = new();

    /// <summary>The record translated last.</summary>
    internal Message<byte[]?, byte[]?> Message { get; } = new();

    /// <summary>Fills <see cref="Message"/>; null, or why the record is refused.</summary>
    internal RestoreException? Translate(RecordView record)
    {
        var timestamp = record.Timestamp;
        if (timestamp == 0)
        {
            return NotRepresentable(record.Offset, "its timestamp is 0 (1970-01-01), which the client replaces by the present");
        }

        // Compression may still make it fit, and the broker looks at the compressed size; without compression it is certain.
        if (!compresses && lane.MaxMessageBytes is { } most && Payload(record) > most)
        {
            return new RestoreException(
                ErrorCodes.RecordTooLarge,
                $"the record at source offset {record.Offset} has {Payload(record)} bytes of key and value; the topic takes {most}",
                lane.Target.ToString());
        }

        Headers? headers = null;
        if (record.HeaderCount > 0)
        {
            headers = [];
            foreach (var header in record.Headers)
            {
                if (!_keys.TryGet(header.Key, out var key))
                {
                    return NotRepresentable(record.Offset, $"the key of header {headers.Count + 1} of {record.HeaderCount} is not UTF-8");
                }

                headers.Add(key, header.ValueIsNull ? null : header.Value.ToArray());
            }
        }

        Message.Timestamp = new Timestamp(timestamp, TimestampType.CreateTime);
        Message.Key = record.KeyIsNull ? null : record.Key.ToArray();
        Message.Value = record.ValueIsNull ? null : record.Value.ToArray();
        Message.Headers = headers;
        return null;
    }

    /// <summary>Whether the broker may find the record too large, which it says only after it was sent.</summary>
    internal bool MayBeTooLarge(RecordView record) => lane.MaxMessageBytes is { } most && record.Encoded.Length > most - ProducerSettings.BatchOverhead;

    private static long Payload(RecordView record) => (long)record.Key.Length + record.Value.Length;

    private RestoreException NotRepresentable(long offset, string why) =>
        new(ErrorCodes.RecordNotRepresentable, $"the record at source offset {offset} cannot be sent unchanged: {why}", lane.Target.ToString());
}
