using System.Text;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage;

/// <summary>
/// The jail of keys: a key names an object below the storage's root and nothing else, on every kind of storage.
/// </summary>
public static class StorageKey
{
    /// <summary>The longest key in UTF-8 bytes (S3's own limit).</summary>
    public const int MaxBytes = 1024;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Refuses what is not an object's key.</summary>
    /// <exception cref="RestoreException">ARCHIVE_UNSAFE_KEY.</exception>
    public static void Check(string key)
    {
        if (FindProblem(key) is { } problem)
        {
            throw new RestoreException(ErrorCodes.ArchiveUnsafeKey, $"The storage key {problem}", Show(key));
        }
    }

    /// <summary>Refuses what is not a folder's path; the empty one is the root.</summary>
    /// <exception cref="RestoreException">ARCHIVE_UNSAFE_KEY.</exception>
    public static void CheckFolder(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (folder.Length > 0)
        {
            Check(folder);
        }
    }

    /// <summary>What is wrong with a key ("is empty", "has a '..' component"), or null.</summary>
    public static string? FindProblem(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length == 0)
        {
            return "is empty";
        }

        if (key.Length > MaxBytes || !TryCountBytes(key, out var bytes) || bytes > MaxBytes)
        {
            return $"is longer than {MaxBytes} bytes or not Unicode";
        }

        if (key.Contains('\0', StringComparison.Ordinal))
        {
            return "holds a NUL character";
        }

        if (key.Contains('\\', StringComparison.Ordinal))
        {
            return "holds a backslash";
        }

        if (key[0] == '/')
        {
            return "starts with a slash";
        }

        foreach (var range in key.AsSpan().Split('/'))
        {
            switch (key.AsSpan(range))
            {
                case "":
                    return "has an empty component";
                case ".":
                    return "has a '.' component";
                case "..":
                    return "has a '..' component";
            }
        }

        return null;
    }

    private static bool TryCountBytes(string key, out int bytes)
    {
        try
        {
            bytes = s_strict.GetByteCount(key);
            return true;
        }
        catch (EncoderFallbackException)
        {
            bytes = 0;
            return false;
        }
    }

    /// <summary>The key as a message may show it: control characters visible, of bounded length.</summary>
    private static string Show(string key)
    {
        var text = new StringBuilder();
        foreach (var c in key.AsSpan(0, Math.Min(key.Length, 200)))
        {
            if (char.IsControl(c) || char.IsSurrogate(c))
            {
                text.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(c);
            }
        }

        return key.Length > 200 ? $"'{text}…'" : $"'{text}'";
    }
}
