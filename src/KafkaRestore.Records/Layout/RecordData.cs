namespace KafkaRestore.Records.Layout;

/// <summary>A record as ordinary objects: for writing archives and for tests, never on the restore path.</summary>
/// <param name="Offset">Source offset, 0 or more.</param>
/// <param name="Timestamp">Epoch milliseconds; -1 is "none".</param>
/// <param name="Key">The key; null is null, empty is empty.</param>
/// <param name="Value">The value; null is a tombstone, empty is empty.</param>
/// <param name="Headers">Headers in order, duplicates allowed.</param>
public sealed record RecordData(long Offset, long Timestamp, byte[]? Key, byte[]? Value, IReadOnlyList<HeaderData> Headers)
{
    /// <summary>Copies a record out of the block it is seen in.</summary>
    public static RecordData From(RecordView record)
    {
        var headers = new List<HeaderData>(record.HeaderCount);
        foreach (var header in record.Headers)
        {
            headers.Add(new HeaderData(header.Key.ToArray(), header.ValueIsNull ? null : header.Value.ToArray()));
        }

        return new RecordData(
            record.Offset,
            record.Timestamp,
            record.KeyIsNull ? null : record.Key.ToArray(),
            record.ValueIsNull ? null : record.Value.ToArray(),
            headers);
    }
}

/// <summary>A header as ordinary objects.</summary>
/// <param name="Key">Raw key bytes, at most 65,535.</param>
/// <param name="Value">The value; null is null, empty is empty.</param>
public sealed record HeaderData(byte[] Key, byte[]? Value);
