using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.FileSystem;

/// <summary>Where a path really leads once every symbolic link on it is followed.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40;

    /// <summary>Follows all links of a path; components that do not exist stay as they are.</summary>
    public static string Resolve(string path)
    {
        var full = Path.GetFullPath(path);
        var root = Path.GetPathRoot(full)!;
        return Resolve(root, full[root.Length..]);
    }

    /// <summary>Follows the links of <paramref name="relative"/> below <paramref name="directory"/>, which has none itself.</summary>
    /// <exception cref="RestoreException">ARCHIVE_UNSAFE_KEY: links that lead in a circle.</exception>
    public static string Resolve(string directory, string relative)
    {
        var pending = new Stack<string>();
        Push(pending, relative);
        var current = directory;
        var links = 0;
        while (pending.TryPop(out var part))
        {
            if (part == "..")
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }

            var next = Path.Combine(current, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new RestoreException(ErrorCodes.ArchiveUnsafeKey, "Symbolic links lead in a circle", Path.Combine(directory, relative));
            }

            if (Path.IsPathRooted(target))
            {
                current = Path.GetPathRoot(target)!;
                target = target[current.Length..];
            }

            Push(pending, target);
        }

        return current;
    }

    /// <summary>Whether <paramref name="path"/> is <paramref name="directory"/> or below it; both without links.</summary>
    public static bool IsWithin(string directory, string path) =>
        path.StartsWith(directory, StringComparison.Ordinal)
        && (path.Length == directory.Length || Path.EndsInDirectorySeparator(directory) || path[directory.Length] == Path.DirectorySeparatorChar);

    private static void Push(Stack<string> pending, string relative)
    {
        var parts = relative.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        for (var i = parts.Length - 1; i >= 0; i--)
        {
            if (parts[i] != ".")
            {
                pending.Push(parts[i]);
            }
        }
    }
}
