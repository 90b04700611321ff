using System.Runtime.InteropServices;

namespace KafkaRestore.Engine.Files;

/// <summary>
/// <c>fsync</c> of a directory, which makes a rename in it survive a power cut. .NET opens no directories as files, so it goes through libc.
/// Does nothing on Windows, which has no such call.
/// </summary>
internal static class DirectorySync
{
    private const int ReadOnly = 0;
    private const int Interrupted = 4;

    public static void Run(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var directory = Retry(() => Open(path, ReadOnly));
        if (directory < 0)
        {
            throw Failure("open", path);
        }

        try
        {
            if (Retry(() => Sync(directory)) < 0 && !SystemErrors.IsNotSupported(Marshal.GetLastPInvokeError()))
            {
                throw Failure("fsync", path);
            }
        }
        finally
        {
            _ = Close(directory);
        }
    }

    private static int Retry(Func<int> call)
    {
        int result;
        do
        {
            result = call();
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result;
    }

    private static IOException Failure(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of the directory '{path}': {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int file);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int file);
}
