namespace KafkaRestore.Configuration.Expansion;

/// <summary>Reads files of which nothing is known, also devices and pipes, up to a size.</summary>
internal static class BoundedFile
{
    public static byte[] Read(string path, int maxSize)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = new byte[maxSize + 1];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length <= maxSize ? buffer[..length] : throw new IOException($"the file is larger than {maxSize} bytes");
    }

    /// <summary>Why a file could not be read, in words of our own: the system's differ between platforms.</summary>
    public static string Reason(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "it is a directory or may not be read",
        PathTooLongException => "the path is too long",
        ArgumentException or NotSupportedException => "this is no path",
        _ => failure.Message,
    };
}
