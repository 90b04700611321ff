using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Storage.FileSystem;

/// <summary>What the operating system's errors mean for an archive.</summary>
internal static class FileSystemErrors
{
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>The failure as a <see cref="RestoreException"/>, or null when it is none that a person can act on.</summary>
    public static RestoreException? Translate(Exception error, string path) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => Missing(path, error),
        UnauthorizedAccessException => Denied(path, error),
        PathTooLongException => new RestoreException(
            ErrorCodes.StorageInvalid, "A name is longer than this file system allows", path, "Use shorter names, or another storage.", error),
        IOException when error.HResult is NoSpace or QuotaExceeded or WindowsDiskFull or WindowsHandleDiskFull =>
            new RestoreException(ErrorCodes.DiskFull, "No room is left for this file", path, inner: error),
        IOException when error.HResult is ReadOnlyFileSystem && !OperatingSystem.IsWindows() => Denied(path, error),
        IOException => new RestoreException(
            ErrorCodes.StorageUnavailable, $"The file system failed: {error.Message}", path, "Check the disk or the mount, then run again.", error),
        _ => null,
    };

    /// <summary>The object is not there.</summary>
    public static RestoreException Missing(string path, Exception? cause = null) =>
        new(ErrorCodes.SegmentMissing, "The object does not exist", path, inner: cause);

    /// <summary>The object is there already.</summary>
    public static RestoreException Conflict(string path, Exception? cause = null) =>
        new(ErrorCodes.StorageConflict, "The object exists already", path, inner: cause);

    private static RestoreException Denied(string path, Exception cause) => new(
        ErrorCodes.StorageDenied,
        "The operating system refuses access",
        path,
        "Check the owner and the mode of the file and of every directory above it, and whether it is mounted read-only.",
        cause);
}
