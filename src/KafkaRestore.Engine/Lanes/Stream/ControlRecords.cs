using System.Buffers.Binary;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Lanes.Stream;

/// <summary>
/// Transaction markers that a backup before 0.25 archived as ordinary records: key <c>00 00 00 00</c> (abort) or <c>00 00 00 01</c> (commit),
/// a value of version 0 and a coordinator epoch, no headers of their own.
/// </summary>
internal static class ControlRecords
{
    /// <summary>Whether the record has exactly a marker's form. A user's record could have it too; the report therefore counts what is left out.</summary>
    public static bool IsMarker(RecordView record)
    {
        if (record.Key.Length != 4 || record.Value.Length != 6)
        {
            return false;
        }

        return BinaryPrimitives.ReadUInt32BigEndian(record.Key) is 0 or 1
            && BinaryPrimitives.ReadInt16BigEndian(record.Value) == 0
            && BinaryPrimitives.ReadInt32BigEndian(record.Value[2..]) >= 0
            && record.HeaderCount == TrackingHeaders.Of(record).Count;
    }
}
