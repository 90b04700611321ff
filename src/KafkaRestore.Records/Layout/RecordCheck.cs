using System.Buffers.Binary;

namespace KafkaRestore.Records.Layout;

/// <summary>What <see cref="RecordCheck.Check"/> found at the start of some bytes.</summary>
public enum RecordCheckResult
{
    /// <summary>A whole, well-formed record.</summary>
    Whole,

    /// <summary>The record goes on beyond the bytes given.</summary>
    Incomplete,

    /// <summary>The lengths inside contradict each other: <see cref="RecordCheck.Check"/> says how.</summary>
    Malformed,
}

/// <summary>Proves that bytes from an untrusted source are a record before anyone looks at it as one.</summary>
public static class RecordCheck
{
    /// <summary>Checks the record at the start of <paramref name="source"/>.</summary>
    /// <param name="source">Bytes of unknown quality.</param>
    /// <param name="length">
    /// The record's whole length with its prefix, when the prefix could be read; 0 when not. May exceed <see cref="int.MaxValue"/>.
    /// </param>
    /// <param name="problem">Null, or what is malformed, for the error message.</param>
    public static RecordCheckResult Check(ReadOnlySpan<byte> source, out long length, out string? problem)
    {
        problem = null;
        length = 0;
        if (source.Length < 4)
        {
            return RecordCheckResult.Incomplete;
        }

        var body = BinaryPrimitives.ReadUInt32LittleEndian(source);
        length = 4L + body;
        if (body < RecordView.SmallestBody)
        {
            problem = $"record length {body} is below the smallest possible ({RecordView.SmallestBody})";
            return RecordCheckResult.Malformed;
        }

        if (length > source.Length)
        {
            return RecordCheckResult.Incomplete;
        }

        problem = CheckBody(source[..(int)length]);
        return problem is null ? RecordCheckResult.Whole : RecordCheckResult.Malformed;
    }

    private static string? CheckBody(ReadOnlySpan<byte> record)
    {
        var position = 20;
        if (!Skip(record, ref position, BinaryPrimitives.ReadInt32LittleEndian(record[20..])))
        {
            return "the key is longer than the record";
        }

        if (record.Length - position < 4 || !Skip(record, ref position, BinaryPrimitives.ReadInt32LittleEndian(record[position..])))
        {
            return "the value is longer than the record";
        }

        if (record.Length - position < 2)
        {
            return "the record ends before its header count";
        }

        int headers = BinaryPrimitives.ReadUInt16LittleEndian(record[position..]);
        position += 2;
        for (var i = 0; i < headers; i++)
        {
            if (record.Length - position < 6)
            {
                return $"the record ends inside header {i + 1} of {headers}";
            }

            int keyLength = BinaryPrimitives.ReadUInt16LittleEndian(record[position..]);
            if (record.Length - position - 2 - keyLength < 4)
            {
                return $"the key of header {i + 1} of {headers} is longer than the record";
            }

            position += 2 + keyLength;
            if (!Skip(record, ref position, BinaryPrimitives.ReadInt32LittleEndian(record[position..])))
            {
                return $"the value of header {i + 1} of {headers} is longer than the record";
            }
        }

        return position == record.Length ? null : $"{record.Length - position} bytes are left after the last header";
    }

    private static bool Skip(ReadOnlySpan<byte> record, ref int position, int length)
    {
        position += 4;
        if (length > record.Length - position)
        {
            return false;
        }

        position += Math.Max(length, 0);
        return true;
    }
}
