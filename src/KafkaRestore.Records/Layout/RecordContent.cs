namespace KafkaRestore.Records.Layout;

/// <summary>Compares what records carry: key, value, headers in order, timestamp; not their offsets.</summary>
public static class RecordContent
{
    private const int TimestampAt = 4;
    private const int OffsetAt = 12;
    private const int KeyLengthAt = 20;

    /// <summary>Whether two records carry the same.</summary>
    /// <param name="a">A record.</param>
    /// <param name="b">Another one.</param>
    /// <param name="timestamps">Whether timestamps count: they do not where the topic gives records its own (LogAppendTime).</param>
    public static bool AreEqual(RecordView a, RecordView b, bool timestamps = true)
    {
        if (timestamps && !a.Encoded[TimestampAt..OffsetAt].SequenceEqual(b.Encoded[TimestampAt..OffsetAt]))
        {
            return false;
        }

        // Same bytes in the usual case; else they may still differ only in how a null is written.
        return a.Encoded[KeyLengthAt..].SequenceEqual(b.Encoded[KeyLengthAt..]) || (a.Encoded.Length == b.Encoded.Length && FirstDifference(a, b, timestamps: false) is null);
    }

    /// <summary>The first thing in which two records differ, for a person; null when they carry the same.</summary>
    public static string? FirstDifference(RecordView a, RecordView b, bool timestamps = true) =>
        a.KeyIsNull != b.KeyIsNull || !a.Key.SequenceEqual(b.Key) ? "key"
        : a.ValueIsNull != b.ValueIsNull || !a.Value.SequenceEqual(b.Value) ? "value"
        : !HeadersAreEqual(a, b) ? "headers"
        : timestamps && a.Timestamp != b.Timestamp ? "timestamp"
        : null;

    private static bool HeadersAreEqual(RecordView a, RecordView b)
    {
        if (a.HeaderCount != b.HeaderCount)
        {
            return false;
        }

        var others = b.Headers.GetEnumerator();
        foreach (var header in a.Headers)
        {
            if (!others.MoveNext() || !header.Key.SequenceEqual(others.Current.Key) || header.ValueIsNull != others.Current.ValueIsNull || !header.Value.SequenceEqual(others.Current.Value))
            {
                return false;
            }
        }

        return true;
    }
}
