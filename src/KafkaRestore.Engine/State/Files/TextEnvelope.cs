using System.Buffers.Text;
using System.Globalization;
using System.Text;
using KafkaRestore.Records.Hashing;

namespace KafkaRestore.Engine.State.Files;

/// <summary>
/// A first line <c>kafka-restore &lt;kind&gt; &lt;version&gt; &lt;crc32c&gt;</c> before a body that people can read. The checksum covers kind, version
/// and body, so that a torn or changed file is recognised before anything of it is believed. Every version keeps this line.
/// </summary>
internal static class TextEnvelope
{
    private const int ChecksumDigits = 8;

    public static byte[] Wrap(string kind, int version, ReadOnlySpan<byte> body)
    {
        var start = Encoding.ASCII.GetBytes(Start(kind, version));
        return [.. start, .. ChecksumLine(start, body), .. body];
    }

    /// <summary>Checks the first line and the checksum.</summary>
    /// <returns>The version and where the body begins.</returns>
    /// <exception cref="StateDamage">It is torn, changed, or of another kind.</exception>
    public static (int Version, int BodyAt) Open(string kind, ReadOnlySpan<byte> content)
    {
        var beforeVersion = Encoding.ASCII.GetBytes($"kafka-restore {kind} ");
        if (!content.StartsWith(beforeVersion))
        {
            throw new StateDamage(content.IsEmpty ? "it is empty" : $"it does not begin with '{Encoding.ASCII.GetString(beforeVersion)}'");
        }

        if (!Utf8Parser.TryParse(content[beforeVersion.Length..], out int version, out _) || version < 1)
        {
            throw new StateDamage("its first line has no version");
        }

        var start = Encoding.ASCII.GetBytes(Start(kind, version));
        var bodyAt = start.Length + ChecksumDigits + 1;
        if (!content.StartsWith(start) || content.Length < bodyAt)
        {
            throw new StateDamage("its first line is cut off or changed");
        }

        return content[start.Length..bodyAt].SequenceEqual(ChecksumLine(start, content[bodyAt..]))
            ? (version, bodyAt)
            : throw new StateDamage("its checksum does not match");
    }

    private static string Start(string kind, int version) => string.Create(CultureInfo.InvariantCulture, $"kafka-restore {kind} {version} ");

    private static byte[] ChecksumLine(ReadOnlySpan<byte> start, ReadOnlySpan<byte> body)
    {
        var crc = default(Crc32C);
        crc.Append(start);
        crc.Append(body);
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{crc.Value:x8}\n"));
    }
}
