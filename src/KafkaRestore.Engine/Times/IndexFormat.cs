using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using KafkaRestore.Archive.KafkaBackup.Segments;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Engine.Times;

/// <summary>
/// The bytes of a time index: a line that says whose it is, then groups of entries, each group with its length and a CRC-32C. An entry has the identity (16 bytes) and three
/// numbers of variable length: smallest timestamp as the distance from that of the entry before, largest as the distance from the smallest, count.
/// </summary>
internal static class IndexFormat
{
    public const int Version = 1;

    /// <summary>Most entries of a group; also bounds what is read at once.</summary>
    public const int MostEntries = 4096;

    private const string Start = "kafka-restore times ";
    private const int GroupHeader = 2 * sizeof(uint);
    private const int MostEntryBytes = SegmentIdentity.Size + (3 * 10);

    /// <summary>Most bytes of a group.</summary>
    public const int MostGroupBytes = GroupHeader + (MostEntries * MostEntryBytes);

    /// <summary>The first line. A file that is written anew gets another <paramref name="edition"/>, so that one who knew the old one reads it again.</summary>
    public static byte[] FirstLine(string archive, ulong edition) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Start}{Version} {archive} {edition:x16}\n"));

    /// <summary>Reads the first line of <paramref name="content"/>; version 0 is no such line.</summary>
    public static (int Version, ulong Edition, int Length) ReadFirstLine(ReadOnlySpan<byte> content, string archive)
    {
        var end = content[..Math.Min(content.Length, 256)].IndexOf((byte)'\n');
        if (end < 0 || !content.StartsWith(Encoding.ASCII.GetBytes(Start)))
        {
            return default;
        }

        var words = Encoding.ASCII.GetString(content[Start.Length..end]).Split(' ');
        if (!int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
        {
            return default;
        }

        if (version > Version)
        {
            return (version, 0, 0);
        }

        return words.Length == 3 && words[1] == archive && ulong.TryParse(words[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var edition)
            ? (version, edition, end + 1)
            : default;
    }

    /// <summary>Writes entries as groups.</summary>
    public static void Write(Stream to, IReadOnlyCollection<KeyValuePair<SegmentIdentity, SegmentTimes>> entries)
    {
        foreach (var chunk in entries.Chunk(MostEntries))
        {
            var group = new byte[GroupHeader + (chunk.Length * MostEntryBytes)];
            var position = GroupHeader;
            long before = 0;
            foreach (var (identity, times) in chunk)
            {
                identity.Write(group.AsSpan(position));
                position += SegmentIdentity.Size;
                var distance = unchecked(times.Smallest - before);
                WriteNumber(group, ref position, (ulong)((distance << 1) ^ (distance >> 63)));
                WriteNumber(group, ref position, unchecked((ulong)(times.Largest - times.Smallest)));
                WriteNumber(group, ref position, (ulong)times.Records);
                before = times.Smallest;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(group, (uint)(position - GroupHeader));
            BinaryPrimitives.WriteUInt32LittleEndian(group.AsSpan(sizeof(uint)), ChecksumOf(group.AsSpan(0, position)));
            to.Write(group.AsSpan(0, position));
        }
    }

    /// <summary>Reads one group.</summary>
    /// <param name="content">Bytes from where a group begins.</param>
    /// <param name="entries">Gets its entries.</param>
    /// <returns>How many bytes the group has; 0 where no whole one stands.</returns>
    public static int ReadGroup(ReadOnlySpan<byte> content, List<KeyValuePair<SegmentIdentity, SegmentTimes>> entries)
    {
        entries.Clear();
        if (content.Length < GroupHeader || BinaryPrimitives.ReadUInt32LittleEndian(content) is var length && (length is 0 or > MostGroupBytes - GroupHeader || length > content.Length - GroupHeader))
        {
            return 0;
        }

        var group = content[..(GroupHeader + (int)length)];
        if (BinaryPrimitives.ReadUInt32LittleEndian(group[sizeof(uint)..]) != ChecksumOf(group))
        {
            return 0;
        }

        var position = GroupHeader;
        long before = 0;
        while (position < group.Length)
        {
            if (group.Length - position < SegmentIdentity.Size)
            {
                return 0;
            }

            var identity = SegmentIdentity.Read(group[position..]);
            position += SegmentIdentity.Size;
            if (!TryReadNumber(group, ref position, out var distance) || !TryReadNumber(group, ref position, out var extent) || !TryReadNumber(group, ref position, out var records))
            {
                return 0;
            }

            var smallest = unchecked(before + ((long)(distance >> 1) ^ -(long)(distance & 1)));
            entries.Add(new(identity, new SegmentTimes(smallest, unchecked(smallest + (long)extent), (long)records)));
            before = smallest;
        }

        return group.Length;
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> group)
    {
        var checksum = default(Crc32C);
        checksum.Append(group[..sizeof(uint)]);
        checksum.Append(group[GroupHeader..]);
        return checksum.Value;
    }

    private static void WriteNumber(Span<byte> to, ref int position, ulong number)
    {
        while (number >= 0x80)
        {
            to[position++] = (byte)(number | 0x80);
            number >>= 7;
        }

        to[position++] = (byte)number;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> from, ref int position, out ulong number)
    {
        number = 0;
        for (var shift = 0; shift < 64 && position < from.Length; shift += 7)
        {
            var next = from[position++];
            number |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
