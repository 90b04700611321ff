using System.Buffers.Binary;
using System.Text;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Engine.State.Segments;

/// <summary>
/// Writes which segments a job has selected, lane after lane: delta-encoded, about ten bytes a segment, never more than one segment in memory.
/// A checksum over everything comes last.
/// </summary>
internal sealed class SegmentRecordWriter
{
    public const int Version = 1;
    private readonly BufferedStream _stream;
    private Crc32C _checksum;
    private int _lanesLeft;

    public SegmentRecordWriter(Stream stream, int generations, int lanes)
    {
        // Never disposed: the stream below belongs to the caller, who has yet to bring it to the disk.
        _stream = new BufferedStream(stream, 1 << 16);
        _lanesLeft = lanes;
        Write(Encoding.ASCII.GetBytes(FirstLine(Version)));
        WriteNumber((uint)generations);
        WriteNumber((uint)lanes);
    }

    public static string FirstLine(int version) => $"kafka-restore segments {version}\n";

    public void Write(RecordedLane lane)
    {
        _lanesLeft--;
        WriteText(lane.Target.Topic);
        WriteNumber((uint)lane.Target.Partition);
        WriteNumber((uint)lane.Sources.Count);
        foreach (var source in lane.Sources)
        {
            WriteText(source.Topic);
            WriteNumber((uint)source.Partition);
            WriteNumber((uint)source.Generations.Count);
            foreach (var generation in source.Generations)
            {
                WriteNumber((uint)generation.Number);
                WriteNumber((uint)generation.Segments.Count);
                var reached = -1L;
                foreach (var segment in generation.Segments)
                {
                    Write(segment, ref reached);
                }
            }
        }
    }

    /// <summary>Writes the checksum; without it the file is not whole.</summary>
    public void Finish()
    {
        if (_lanesLeft != 0)
        {
            throw new InvalidOperationException($"{_lanesLeft} lanes are not written");
        }

        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, _checksum.Value);
        _stream.Write(checksum);
        _stream.Flush();
    }

    // Neighbours mostly follow each other without a gap and hold a record at every offset: then the first and the third number are 0.
    private void Write(in RecordedSegment segment, ref long reached)
    {
        WriteSigned(unchecked(segment.Start - reached - 1));
        WriteNumber(unchecked((ulong)(segment.End - segment.Start)));
        WriteSigned(unchecked(segment.End - segment.Start + 1 - segment.Count));
        WriteNumber(segment.Key);
        Span<byte> content = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(content, segment.Content);
        Write(content);
        reached = segment.End;
    }

    private void WriteText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteNumber((uint)bytes.Length);
        Write(bytes);
    }

    private void WriteSigned(long number) => WriteNumber((ulong)((number << 1) ^ (number >> 63)));

    private void WriteNumber(ulong number)
    {
        Span<byte> bytes = stackalloc byte[10];
        var length = 0;
        while (number >= 0x80)
        {
            bytes[length++] = (byte)(number | 0x80);
            number >>= 7;
        }

        bytes[length++] = (byte)number;
        Write(bytes[..length]);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _checksum.Append(bytes);
        _stream.Write(bytes);
    }
}
