using System.Globalization;
using System.Text;
using System.Text.Json;
using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Engine.State.Skips;

/// <summary>A file of skips: a first line with the version, then one line for each, CRC-32C and JSON.</summary>
internal static class SkipFormat
{
    public const int Version = 1;
    private const string Kind = "skips";
    private const int ChecksumDigits = 8;

    /// <summary>The first line.</summary>
    public static byte[] Header { get; } = TextEnvelope.Wrap(Kind, Version, []);

    /// <summary>One line.</summary>
    public static byte[] Write(Skip skip)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(skip, StateJson.Line.Skip);
        return [.. Encoding.ASCII.GetBytes(Checksum(json)), (byte)' ', .. json, (byte)'\n'];
    }

    /// <summary>Reads as much as is whole.</summary>
    /// <param name="content">The file's bytes; none is no skip.</param>
    /// <param name="path">Its path, for errors.</param>
    /// <returns>What stands in it, where the next line goes, and what is damaged; null when nothing is. A torn last line is no damage.</returns>
    /// <exception cref="RestoreException">STATE_NEWER.</exception>
    public static (List<Skip> Skips, long Length, string? Damage) Read(ReadOnlySpan<byte> content, string path)
    {
        var skips = new List<Skip>();
        var end = content.IndexOf((byte)'\n');
        if (end < 0)
        {
            // Not even the first line was confirmed.
            return (skips, 0, null);
        }

        try
        {
            var (version, _) = TextEnvelope.Open(Kind, content[..(end + 1)]);
            if (version > Version)
            {
                throw StateFailure.Newer(path, version, Version);
            }
        }
        catch (StateDamage damage)
        {
            return (skips, 0, $"the list of what is left out is damaged: {damage.Message}");
        }

        long length = end + 1;
        var torn = 0;
        var damaged = 0;
        var rest = content[(end + 1)..];
        for (var number = 2; !rest.IsEmpty; number++)
        {
            var next = rest.IndexOf((byte)'\n');
            var line = next < 0 ? rest : rest[..next];
            if (next >= 0 && TryRead(line) is { } skip)
            {
                // Behind a torn line nothing can have been written: it would have been cut off first.
                damaged = torn > 0 && damaged == 0 ? torn : damaged;
                skips.Add(skip);
                length = content.Length - rest.Length + next + 1;
            }
            else
            {
                torn = torn == 0 ? number : torn;
            }

            rest = next < 0 ? [] : rest[(next + 1)..];
        }

        return (skips, length, damaged > 0 ? $"line {damaged} of the list of what is left out is damaged" : null);
    }

    private static Skip? TryRead(ReadOnlySpan<byte> line)
    {
        if (line.Length <= ChecksumDigits || line[ChecksumDigits] != ' ' || !line[..ChecksumDigits].SequenceEqual(Encoding.ASCII.GetBytes(Checksum(line[(ChecksumDigits + 1)..]))))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(line[(ChecksumDigits + 1)..], StateJson.Line.Skip) is { } skip && skip.FindProblem() is null ? skip : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Checksum(ReadOnlySpan<byte> json) => Crc32C.Of(json).ToString("x8", CultureInfo.InvariantCulture);
}
