using System.Buffers.Binary;
using System.Buffers.Text;
using KafkaRestore.Engine.Lanes.Stream;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.OffsetMaps.Rebuilding;

/// <summary>
/// What a restored record's headers say of where it came from. A record that was restored, backed up and restored again has several sets of them: every
/// writer adds its own at the end, so the last <c>x-original-offset</c> counts, and <c>x-source-partition</c> only behind it.
/// </summary>
/// <remarks>
/// Decimal text and little-endian numbers are told apart by their bytes: read as a number, a text of eight digits would be an offset beyond 3 * 10^18, and one of four a
/// partition beyond 800 million.
/// </remarks>
internal readonly record struct OriginHeaders(long Offset, int? Partition)
{
    /// <summary>Reads the headers; false when there is no source offset among them.</summary>
    public static bool TryRead(RecordView record, out OriginHeaders origin)
    {
        long? offset = null;
        int? partition = null;
        foreach (var header in record.Headers)
        {
            var key = header.Key;
            if (key.SequenceEqual(TrackingHeaders.OffsetName))
            {
                offset = NumberOf(header.Value, sizeof(long));
                partition = null;
            }
            else if (offset is not null && key.SequenceEqual(TrackingHeaders.PartitionName))
            {
                partition = NumberOf(header.Value, sizeof(int)) is { } number and <= int.MaxValue ? (int)number : null;
            }
        }

        origin = new OriginHeaders(offset ?? 0, partition);
        return offset is not null;
    }

    /// <summary>The number, 0 or more; null when it is none.</summary>
    private static long? NumberOf(ReadOnlySpan<byte> value, int width)
    {
        if (!value.IsEmpty && !value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return Utf8Parser.TryParse(value, out long text, out var used) && used == value.Length ? text : null;
        }

        var number = value.Length != width ? -1 : width == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(value) : BinaryPrimitives.ReadInt32LittleEndian(value);
        return number < 0 ? null : number;
    }
}
