using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Sinks;

/// <summary>Acknowledges records that need not be sent, because they were found in the log.</summary>
public static class FoundRecords
{
    /// <summary>Tells <paramref name="observer"/> that <paramref name="records"/> stand in the log, one behind the other from <paramref name="firstTargetOffset"/> on.</summary>
    public static void Acknowledge(ISinkObserver observer, RecordBlock records, long firstTargetOffset)
    {
        using var origin = new RecordOrigin(records.Source);
        origin.Add(records.Bytes, records.Count);
        var (first, last) = (0L, 0L);
        var begun = false;
        foreach (var record in records)
        {
            first = begun ? first : record.Timestamp;
            last = record.Timestamp;
            begun = true;
        }

        observer.Acknowledged(new SinkAck(records.Source, records.Count, records.Length, origin.Runs, firstTargetOffset, first, last, origin.Digests));
    }
}
