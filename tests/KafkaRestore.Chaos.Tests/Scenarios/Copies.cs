namespace KafkaRestore.Chaos.Tests.Scenarios;

/// <summary>Copies of what a program has on disk.</summary>
internal static class Copies
{
    /// <summary>Copies a folder with everything in it, as an operator does who moves a state to another machine.</summary>
    public static void Directory(string from, string to)
    {
        foreach (var file in System.IO.Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(copy)!);

            // .NET lets nobody read a file that a process has locked; the lock file is empty.
            System.IO.File.WriteAllBytes(copy, Path.GetFileName(file) == "lock" ? [] : System.IO.File.ReadAllBytes(file));
        }
    }
}
