using System.Runtime.InteropServices;

namespace KafkaRestore.Archive.Storage.FileSystem;

/// <summary>
/// Gives a file a second name, which fails when the name is taken: the one way to publish a finished file without ever replacing another.
/// (<see cref="File.Move(string, string, bool)"/> looks first and renames then; two writers can both pass the look.)
/// </summary>
internal static partial class HardLink
{
    private const int Exists = 17;

    /// <summary>What came of it.</summary>
    public enum Outcome
    {
        /// <summary>The file has both names now.</summary>
        Created,

        /// <summary>The new name is taken.</summary>
        NameTaken,

        /// <summary>This system or file system has no hard links.</summary>
        Unsupported,
    }

    /// <summary>Tries to give <paramref name="file"/> the name <paramref name="name"/> too.</summary>
    public static Outcome TryCreate(string file, string name)
    {
        if (OperatingSystem.IsWindows())
        {
            return Outcome.Unsupported;
        }

        if (Link(file, name) == 0)
        {
            return Outcome.Created;
        }

        return Marshal.GetLastPInvokeError() == Exists ? Outcome.NameTaken : Outcome.Unsupported;
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);
}
