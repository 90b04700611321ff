namespace KafkaRestore.Engine.Files;

/// <summary>What the operating system's error numbers mean. On Unix .NET puts the plain <c>errno</c> into <see cref="Exception.HResult"/>.</summary>
internal static class SystemErrors
{
    private const int Busy = 16;
    private const int Invalid = 22;
    private const int TooLarge = 27;
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsSharing = unchecked((int)0x80070020);
    private const int WindowsLocked = unchecked((int)0x80070021);

    private static readonly bool s_linux = OperatingSystem.IsLinux();

    private static int WouldBlock => s_linux ? 11 : 35;

    private static int QuotaExceeded => s_linux ? 122 : 69;

    public static bool IsLockHeld(IOException error) =>
        OperatingSystem.IsWindows() ? error.HResult is WindowsSharing or WindowsLocked : error.HResult == WouldBlock;

    /// <summary>Whether a file system merely says that it cannot do this (EINVAL, ENOTSUP, EOPNOTSUPP).</summary>
    public static bool IsNotSupported(int errno) => errno == Invalid || (s_linux ? errno == 95 : errno is 45 or 102);

    /// <summary>Why an operation failed, in words; null for what is no failure of a file system.</summary>
    public static string? Reason(Exception error) => error switch
    {
        UnauthorizedAccessException => "the operating system refuses access",
        PathTooLongException => "the name is longer than this file system allows",
        DirectoryNotFoundException or FileNotFoundException => "a directory above it does not exist or is a file",
        IOException when error.HResult is NoSpace or WindowsDiskFull or WindowsHandleDiskFull => "no space is left",
        IOException when error.HResult == QuotaExceeded => "the disk quota is used up",
        IOException when error.HResult == TooLarge => "the file grows larger than this process may write",
        IOException when error.HResult == ReadOnlyFileSystem && !OperatingSystem.IsWindows() => "the file system is read-only",
        IOException when error.HResult == Busy && !OperatingSystem.IsWindows() => "it cannot be replaced because it is a mount point of its own; mount the directory instead",
        IOException => error.Message,
        _ => null,
    };
}
