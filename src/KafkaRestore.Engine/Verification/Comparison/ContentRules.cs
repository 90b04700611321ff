using System.Text;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Verification.Comparison;

/// <summary>What of a record is compared: key, value, headers in order, timestamp; never its offset.</summary>
/// <param name="ignoredHeaders">Keys of headers that are passed over.</param>
/// <param name="timestamps">Whether timestamps count.</param>
internal sealed class ContentRules(IEnumerable<string> ignoredHeaders, bool timestamps)
{
    private readonly byte[][] _ignored = [.. ignoredHeaders.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Everything counts.</summary>
    public static ContentRules All { get; } = new([], timestamps: true);

    /// <summary>Whether timestamps count.</summary>
    public bool Timestamps => timestamps;

    /// <summary>Whether a header is passed over.</summary>
    public bool Ignores(RecordHeader header)
    {
        foreach (var key in _ignored)
        {
            if (header.Key.SequenceEqual(key))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How many headers count.</summary>
    public int HeaderCount(RecordView record)
    {
        if (_ignored.Length == 0)
        {
            return record.HeaderCount;
        }

        var count = 0;
        foreach (var header in record.Headers)
        {
            count += Ignores(header) ? 0 : 1;
        }

        return count;
    }

    /// <summary>Whether two records carry the same.</summary>
    public bool AreEqual(RecordView a, RecordView b) =>
        RecordContent.AreEqual(a, b, timestamps) || (_ignored.Length > 0 && FirstDifference(a, b) is null);

    /// <summary>The first thing in which two records differ: <c>key</c>, <c>value</c>, <c>headers</c> or <c>timestamp</c>; null when they carry the same.</summary>
    public string? FirstDifference(RecordView a, RecordView b) =>
        RecordContent.FirstDifference(a, b, timestamps) is var difference && difference != "headers" ? difference
        : !HeadersAreEqual(a, b) ? "headers"
        : timestamps && a.Timestamp != b.Timestamp ? "timestamp"
        : null;

    private bool HeadersAreEqual(RecordView a, RecordView b)
    {
        var others = b.Headers.GetEnumerator();
        foreach (var header in a.Headers)
        {
            if (Ignores(header))
            {
                continue;
            }

            if (!NextCounting(ref others)
                || !header.Key.SequenceEqual(others.Current.Key)
                || header.ValueIsNull != others.Current.ValueIsNull
                || !header.Value.SequenceEqual(others.Current.Value))
            {
                return false;
            }
        }

        return !NextCounting(ref others);
    }

    private bool NextCounting(ref RecordHeaders.Enumerator headers)
    {
        while (headers.MoveNext())
        {
            if (!Ignores(headers.Current))
            {
                return true;
            }
        }

        return false;
    }
}
