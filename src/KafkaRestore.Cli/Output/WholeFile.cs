using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Output;

/// <summary>Files that are written as a whole or not at all.</summary>
internal static class WholeFile
{
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes a file, replacing an older one.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="what">What it is, for an error.</param>
    /// <param name="content">What is in it.</param>
    /// <param name="executable">Whether it is a script that can be run.</param>
    /// <exception cref="RestoreException">OUTPUT_NOT_WRITTEN; an older file is still there then.</exception>
    public static void Write(string path, string what, ReadOnlySpan<byte> content, bool executable = false)
    {
        var temporary = $"{path}.tmp-{Environment.ProcessId}";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            if (executable && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(temporary, Executable);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Remove(temporary);
            throw new RestoreException(ErrorCodes.OutputNotWritten, $"{what} could not be written: {failure.Message}", path, inner: failure);
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The failure to be told is the first one.
        }
    }
}
