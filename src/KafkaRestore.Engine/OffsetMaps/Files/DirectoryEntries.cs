using System.Runtime.InteropServices;
using System.Text;

namespace KafkaRestore.Engine.OffsetMaps.Files;

/// <summary>Makes renames in a directory durable, which the class library cannot.</summary>
internal static class DirectoryEntries
{
    private const int ReadOnly = 0;

    /// <summary>Flushes the directory to disk; does nothing where the system or file system has no such thing.</summary>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(Encoding.UTF8.GetBytes(directory + '\0'), ReadOnly);
        if (descriptor < 0)
        {
            return;
        }

        _ = Sync(descriptor);
        _ = Close(descriptor);
    }

#pragma warning disable SYSLIB1054 // LibraryImport needs unsafe code, which this project does without.
    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
#pragma warning restore SYSLIB1054
}
