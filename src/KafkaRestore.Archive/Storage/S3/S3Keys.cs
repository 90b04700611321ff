using System.Globalization;
using System.Text;

namespace KafkaRestore.Archive.Storage.S3;

/// <summary>
/// Between keys and the names that objects really have in a bucket: the prefix, and percent-encoding of the characters that
/// kafka-backup encodes (docs/archive-formats.md, storage keys).
/// </summary>
internal sealed class S3Keys
{
    // Besides control characters and everything that is not ASCII.
    private const string Encoded = "\\{^}%`]\">[~<#|*?";

    private readonly string _prefix;

    public S3Keys(string? prefix)
    {
        var encoded = Encode(prefix ?? "");
        _prefix = encoded.Length == 0 ? "" : encoded + "/";
    }

    /// <summary>The name of a key's object.</summary>
    public string ObjectOf(string key) => _prefix + Encode(key);

    /// <summary>What the names of all objects in a folder start with; "" is the root.</summary>
    public string PrefixOf(string folder) => folder.Length == 0 ? _prefix : ObjectOf(folder) + "/";

    /// <summary>
    /// The key of an object, or of a common prefix without its final slash; null for a name that no key leads to: a folder marker,
    /// one with empty components or with characters left unencoded.
    /// </summary>
    public string? KeyOf(string name)
    {
        if (name.Length <= _prefix.Length || !name.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var key = Uri.UnescapeDataString(name[_prefix.Length..]);
        return StorageKey.FindProblem(key) is null && ObjectOf(key) == name ? key : null;
    }

    private static string Encode(string path)
    {
        var text = new StringBuilder(path.Length);
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (text.Length > 0)
            {
                text.Append('/');
            }

            EncodePart(text, part);
        }

        return text.ToString();
    }

    private static void EncodePart(StringBuilder text, string part)
    {
        var onlyDots = part is "." or "..";
        foreach (var b in Encoding.UTF8.GetBytes(part))
        {
            if (onlyDots || b is < 0x20 or >= 0x7f || Encoded.Contains((char)b, StringComparison.Ordinal))
            {
                text.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append((char)b);
            }
        }
    }
}
