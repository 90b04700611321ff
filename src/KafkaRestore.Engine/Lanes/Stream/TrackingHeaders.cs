using System.Buffers.Binary;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>
/// Which headers of a record the backup added (archive format, section 4.8): <c>x-original-offset</c> with the record's own source offset,
/// <c>x-original-timestamp</c> with its timestamp, perhaps <c>x-source-cluster</c>, behind the record's own headers. A record's own headers of
/// the same names are not the backup's.
/// </summary>
/// <remarks>
/// Not guaranteed: telling apart a record that was restored before with these headers, and then backed up at the very same offset and with
/// the same timestamp without tracking headers.
/// </remarks>
internal readonly struct TrackingHeaders
{
    /// <summary>No header is the backup's.</summary>
    public const int None = -1;

    private TrackingHeaders(int offset, int timestamp, int cluster)
    {
        OffsetIndex = offset;
        TimestampIndex = timestamp;
        ClusterIndex = cluster;
    }

    /// <summary>Position of the offset header in the list; <see cref="None"/> when the backup added none.</summary>
    public int OffsetIndex { get; }

    /// <summary>Position of the timestamp header.</summary>
    public int TimestampIndex { get; }

    /// <summary>Position of the cluster header.</summary>
    public int ClusterIndex { get; }

    /// <summary>How many there are.</summary>
    public int Count => OffsetIndex < 0 ? 0 : ClusterIndex < 0 ? 2 : 3;

    /// <summary>The name of the offset header.</summary>
    public static ReadOnlySpan<byte> OffsetName => "x-original-offset"u8;

    /// <summary>The name of the timestamp header.</summary>
    public static ReadOnlySpan<byte> TimestampName => "x-original-timestamp"u8;

    /// <summary>The name of the source cluster header.</summary>
    public static ReadOnlySpan<byte> ClusterName => "x-source-cluster"u8;

    /// <summary>The name of the source partition header, which only a restore adds.</summary>
    public static ReadOnlySpan<byte> PartitionName => "x-source-partition"u8;

    /// <summary>Finds the backup's headers among those of <paramref name="record"/>.</summary>
    public static TrackingHeaders Of(RecordView record)
    {
        // Each name's last occurrence counts: what the backup added stands behind what the record had. The place alone proves nothing; both
        // values do, and the backup always adds both.
        int index = 0, offset = None, timestamp = None, cluster = None;
        foreach (var header in record.Headers)
        {
            var key = header.Key;
            if (key.SequenceEqual(OffsetName))
            {
                offset = IsNumber(header, record.Offset) ? index : None;
            }
            else if (key.SequenceEqual(TimestampName))
            {
                timestamp = IsNumber(header, record.Timestamp) ? index : None;
            }
            else if (key.SequenceEqual(ClusterName))
            {
                cluster = index;
            }

            index++;
        }

        if (offset == None || timestamp == None)
        {
            return new TrackingHeaders(None, None, None);
        }

        // The cluster's name cannot be checked against anything, so it counts only where the backup puts it: last.
        return new TrackingHeaders(offset, timestamp, cluster == index - 1 ? cluster : None);
    }

    /// <summary>Whether the header at <paramref name="index"/> is the backup's.</summary>
    public bool Contains(int index) => index == OffsetIndex || index == TimestampIndex || index == ClusterIndex;

    private static bool IsNumber(RecordHeader header, long number) =>
        header.Value.Length == 8 && BinaryPrimitives.ReadInt64LittleEndian(header.Value) == number;
}
