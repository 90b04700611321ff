namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>The state of a living job as a crash would leave it: a file that is being replaced is there, as it was or as it is.</summary>
internal static class StateCopy
{
    /// <summary>Copies the files of a name pattern, in all folders.</summary>
    public static void Take(string from, string to, string files = "*")
    {
        while (!TryTake(from, to, files))
        {
            // One was renamed between being listed and being read: neither its old nor its new name was copied for sure.
        }
    }

    private static bool TryTake(string from, string to, string files)
    {
        foreach (var file in Directory.EnumerateFiles(from, files, SearchOption.AllDirectories).Where(file => !file.EndsWith("lock", StringComparison.Ordinal)).ToList())
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            try
            {
                // Not File.Copy: it honours the lock that the living process holds.
                File.WriteAllBytes(target, File.ReadAllBytes(file));
            }
            catch (FileNotFoundException)
            {
                return false;
            }
        }

        return true;
    }
}
