using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Output;

/// <summary>Files that are written as a whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file, replacing an older one.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="what">What it is, for an error.</param>
    /// <param name="content">What is in it.</param>
    /// <exception cref="RestoreException">OUTPUT_NOT_WRITTEN; an older file is still there then.</exception>
    public static void Write(string path, string what, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.tmp-{Environment.ProcessId}";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
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
