using KafkaRestore.Records.Layout;
using KafkaRestore.Testing;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>What must come out of a golden archive, with what its writer is known to have changed.</summary>
internal static class GoldenRecords
{
    // The archive holds the producer's time, a millisecond apart; the source showed the time of appending.
    private const string AppendTimeTopic = "edge.appendtime";
    private const long FirstProducerTime = 1_767_225_600_000;

    /// <summary>Partitions with records, as <c>topic/partition</c>, in order.</summary>
    public static IEnumerable<string> NonEmptyPartitions(string backupId)
    {
        var set = Golden.ExpectedSet(backupId);
        return Golden.ExpectedPartitions(set).Where(partition => Golden.Expected(set, partition.Topic, partition.Partition).Count > 0)
            .Select(partition => $"{partition.Topic}/{partition.Partition}").Order(StringComparer.Ordinal);
    }

    /// <summary>The source's records, with the timestamps that the archive has of a topic with LogAppendTime.</summary>
    public static IReadOnlyList<RecordData> OfSource(string backupId, string topic, int partition)
    {
        var records = Golden.Expected(Golden.ExpectedSet(backupId), topic, partition);
        return topic == AppendTimeTopic ? [.. records.Select((record, index) => record with { Timestamp = FirstProducerTime + index })] : records;
    }

    /// <summary>
    /// The same as a writer before 0.18 kept it: null header values are empty, a header name occurs once, with its last value in its first
    /// place; aborted records are there as ordinary ones, and are known only from the archive itself.
    /// </summary>
    public static IReadOnlyList<RecordData> OfOlderWriter(string topic, int partition, IReadOnlyList<RecordData> archived)
    {
        var source = OfSource("edges", topic, partition).Select(Collapsed).ToDictionary(record => record.Offset);
        if (topic == "edge.txn")
        {
            Assert.Equal(source.Keys.Order(), archived.Select(record => record.Offset).Where(source.ContainsKey));
            var uncommitted = Golden.Expected("edges-uncommitted", topic, partition);
            Assert.Equal(uncommitted.Select(record => Streams.Text(record.Value)), archived.Select(record => Streams.Text(record.Value)));
            return [.. archived.Select(record => source.GetValueOrDefault(record.Offset, record))];
        }

        return [.. source.Values.OrderBy(record => record.Offset)];
    }

    private static RecordData Collapsed(RecordData record)
    {
        var headers = new List<HeaderData>();
        foreach (var header in record.Headers)
        {
            var value = header.Value ?? [];
            var at = headers.FindIndex(earlier => earlier.Key.AsSpan().SequenceEqual(header.Key));
            if (at < 0)
            {
                headers.Add(new HeaderData(header.Key, value));
            }
            else
            {
                headers[at] = new HeaderData(header.Key, value);
            }
        }

        return record with { Headers = headers };
    }
}
