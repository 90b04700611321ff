using System.Buffers.Binary;
using System.Text;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Kafka;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Engine.State.Segments;

/// <summary>
/// Reads what <see cref="SegmentRecordWriter"/> wrote, one lane in memory at a time. The checksum is proven in a first pass over the file, before
/// anything of it is believed.
/// </summary>
internal sealed class SegmentRecordReader : IDisposable
{
    private const int BufferBytes = 1 << 16;
    private const int LongestName = 1024;
    private readonly BufferedStream _stream;
    private readonly string _path;

    private SegmentRecordReader(Stream stream, string path)
    {
        _path = path;
        _stream = new BufferedStream(stream, BufferBytes);
    }

    /// <summary>Generations of the job, from 1.</summary>
    public int Generations { get; private set; }

    /// <summary>Number of lanes.</summary>
    public int Lanes { get; private set; }

    /// <summary>Opens the file; null when there is none.</summary>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public static SegmentRecordReader? Open(IStateFiles files, string path)
    {
        try
        {
            var stream = files.OpenRead(path);
            if (stream is null)
            {
                return null;
            }

            var reader = new SegmentRecordReader(stream, path);
            try
            {
                reader.Begin();
                return reader;
            }
            catch
            {
                reader.Dispose();
                throw;
            }
        }
        catch (StateDamage damage)
        {
            throw StateFailure.Corrupt($"the record of the selected segments is damaged: {damage.Message}", path);
        }
        catch (Exception error) when (StateFailure.Translate(error, "the state of the job cannot be read", path) is { } known)
        {
            throw known;
        }
    }

    /// <summary>The lanes in order of their numbers. May be read once.</summary>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_UNWRITABLE.</exception>
    public IEnumerable<RecordedLane> ReadLanes()
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            yield return ReadLane();
        }
    }

    public void Dispose() => _stream.Dispose();

    private void Begin()
    {
        var version = ReadVersion();
        if (version > SegmentRecordWriter.Version)
        {
            throw StateFailure.Newer(_path, version, SegmentRecordWriter.Version);
        }

        CheckSum();
        _stream.Position = 0;
        _ = ReadVersion();
        Generations = ReadCount(int.MaxValue);
        Lanes = ReadCount(int.MaxValue);
    }

    private RecordedLane ReadLane()
    {
        try
        {
            var target = new TargetPartition(ReadText(), ReadCount(int.MaxValue));
            var sources = new List<RecordedSource>();
            for (var left = ReadCount(int.MaxValue); left > 0; left--)
            {
                sources.Add(ReadSource());
            }

            return new RecordedLane(target, sources);
        }
        catch (StateDamage damage)
        {
            throw StateFailure.Corrupt($"the record of the selected segments is damaged: {damage.Message}", _path);
        }
        catch (Exception error) when (StateFailure.Translate(error, "the state of the job cannot be read", _path) is { } known)
        {
            throw known;
        }
    }

    private RecordedSource ReadSource()
    {
        var topic = ReadText();
        var partition = ReadCount(int.MaxValue);
        var generations = new List<RecordedGeneration>();
        Span<byte> content = stackalloc byte[sizeof(uint)];
        for (var left = ReadCount(Generations); left > 0; left--)
        {
            var number = ReadCount(Generations);
            var segments = new List<RecordedSegment>();
            var reached = -1L;
            for (var more = ReadCount(int.MaxValue); more > 0; more--)
            {
                var start = unchecked(reached + 1 + ReadSigned());
                var end = unchecked(start + (long)ReadNumber());
                var count = unchecked(end - start + 1 - ReadSigned());
                var key = (uint)ReadNumber();
                Fill(content);
                segments.Add(new RecordedSegment(start, end, count, key, BinaryPrimitives.ReadUInt32LittleEndian(content)));
                reached = end;
            }

            generations.Add(new RecordedGeneration(number, segments));
        }

        return new RecordedSource(topic, partition, generations);
    }

    private int ReadVersion()
    {
        var before = Encoding.ASCII.GetBytes("kafka-restore segments ");
        Span<byte> bytes = stackalloc byte[before.Length];
        Fill(bytes);
        if (!bytes.SequenceEqual(before))
        {
            throw new StateDamage("it does not begin with 'kafka-restore segments'");
        }

        var version = 0;
        for (var digits = 0; ; digits++)
        {
            var next = _stream.ReadByte();
            if (next == '\n' && digits > 0)
            {
                return version;
            }

            if (next is < '0' or > '9' || digits == 6)
            {
                throw new StateDamage("its first line has no version");
            }

            version = (version * 10) + next - '0';
        }
    }

    private void CheckSum()
    {
        _stream.Position = 0;
        var left = _stream.Length - sizeof(uint);
        if (left < 0)
        {
            throw new StateDamage("it is cut off");
        }

        var checksum = default(Crc32C);
        var buffer = new byte[BufferBytes];
        while (left > 0)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            _stream.ReadExactly(piece);
            checksum.Append(piece);
            left -= piece.Length;
        }

        Span<byte> expected = stackalloc byte[sizeof(uint)];
        _stream.ReadExactly(expected);
        if (BinaryPrimitives.ReadUInt32LittleEndian(expected) != checksum.Value)
        {
            throw new StateDamage("its checksum does not match");
        }
    }

    private string ReadText()
    {
        var bytes = new byte[ReadCount(LongestName)];
        Fill(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private int ReadCount(int most)
    {
        var number = ReadNumber();
        return number <= (ulong)most ? (int)number : throw new StateDamage($"it holds the number {number} where at most {most} makes sense");
    }

    private long ReadSigned()
    {
        var number = ReadNumber();
        return (long)(number >> 1) ^ -(long)(number & 1);
    }

    private ulong ReadNumber()
    {
        var number = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = _stream.ReadByte();
            if (next < 0)
            {
                throw new StateDamage("it is cut off");
            }

            number |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }

        throw new StateDamage("it holds a number of more than 64 bits");
    }

    private void Fill(Span<byte> bytes)
    {
        if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new StateDamage("it is cut off");
        }
    }
}
