using System.Globalization;

namespace KafkaRestore.Engine.Files;

/// <summary>Writes a file as a whole or not at all: temporary file beside it, flush to disk, rename, flush of the directory.</summary>
internal static class AtomicFile
{
    private const int BufferBytes = 64 << 10;
    private static int s_last;

    /// <summary>Lets <paramref name="write"/> fill the file, then puts it in the place of <paramref name="path"/>. A failure leaves what was there.</summary>
    /// <exception cref="IOException">The file system's failure, or <see cref="UnauthorizedAccessException"/>; or whatever <paramref name="write"/> throws.</exception>
    public static async Task WriteAsync(string path, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var temporary = TemporaryName(path);
        try
        {
            var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes, useAsync: true);
            await using (file.ConfigureAwait(false))
            {
                await write(file).ConfigureAwait(false);
                await file.FlushAsync(cancellationToken).ConfigureAwait(false);
                await Task.Run(() => file.Flush(flushToDisk: true), cancellationToken).ConfigureAwait(false);
            }

            File.Move(temporary, path, overwrite: true);
            TrySync(Path.GetDirectoryName(path)!);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    // The form that every listing of ours ignores.
    private static string TemporaryName(string path)
    {
        var number = Interlocked.Increment(ref s_last);
        return Path.Combine(Path.GetDirectoryName(path)!, string.Create(CultureInfo.InvariantCulture, $".{Path.GetFileName(path)}.kr-tmp-{Environment.ProcessId}-{number}"));
    }

    /// <summary>The file is in its place and whole; that a power cut cannot undo the rename is more than every file system offers.</summary>
    private static void TrySync(string directory)
    {
        try
        {
            DirectorySync.Run(directory);
        }
        catch (IOException)
        {
            // Nothing is lost but this promise.
        }
    }

    private static void TryDelete(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The failure that led here matters more.
        }
    }
}
