namespace KafkaRestore.Engine.State.Files;

/// <summary>Files of a state that are there as a whole or not at all, without the generation before them (<see cref="DurableFile"/> keeps that).</summary>
public static class WholeStateFile
{
    /// <summary>Puts a file in the place of one of this name: beside it first, then renamed. One writer at a time.</summary>
    /// <exception cref="IOException">The system's failure, or <see cref="UnauthorizedAccessException"/>; what was there is still there.</exception>
    public static void Write(IStateFiles files, string path, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(files);
        var temporary = path + ".tmp";
        using (var stream = files.Create(temporary))
        {
            stream.Write(content);
            files.Flush(stream);
        }

        files.Replace(temporary, path);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
