using KafkaRestore.Engine.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Scripts;

/// <summary>Writes a script to a file that can be run.</summary>
public static class ScriptFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes it as a whole or not at all; a file that is there is replaced.</summary>
    /// <exception cref="RestoreException">OUTPUT_NOT_WRITTEN; an older file is still there then.</exception>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        try
        {
            await AtomicFile.WriteAsync(
                full,
                async stream =>
                {
                    await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                    if (!OperatingSystem.IsWindows() && stream is FileStream file)
                    {
                        File.SetUnixFileMode(file.SafeFileHandle, Mode);
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (SystemErrors.Reason(failure) is { } reason)
        {
            throw new RestoreException(ErrorCodes.OutputNotWritten, $"the script could not be written: {reason}", full, "Name another file, or see to its directory.", failure);
        }
    }
}
