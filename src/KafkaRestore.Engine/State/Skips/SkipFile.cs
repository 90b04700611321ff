using KafkaRestore.Engine.Lanes.Skipping;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State.Skips;

/// <summary>
/// What one lane has left out for good: a file of lines that only grows. A line that was torn off by a crash was never confirmed; it is passed over, and cut off by the next one.
/// </summary>
/// <remarks>One writer at a time. <see cref="Read"/> before the first <see cref="Append"/>.</remarks>
internal sealed class SkipFile(IStateFiles files, string path) : ISkipLog
{
    public const string Ending = ".skips";

    // Far above the most single records of a lane, and a line for each segment of a huge one.
    private const long MostBytes = 256L << 20;

    private long? _length;

    /// <summary>All of it, oldest first; empty when there is no such file.</summary>
    /// <param name="atLeast">How many there must be, by the lane's checkpoint.</param>
    /// <param name="forgive">Whether what is damaged or missing does not matter: what can be read counts.</param>
    /// <exception cref="RestoreException">STATE_CORRUPT, STATE_NEWER, STATE_UNWRITABLE.</exception>
    public IReadOnlyList<Skip> Read(int atLeast = 0, bool forgive = false)
    {
        var (skips, length, damage) = SkipFormat.Read(ReadAll(), path);
        damage ??= skips.Count < atLeast ? $"the lane has left out {atLeast} segments or records, and only {skips.Count} stand in its file" : null;
        if (damage is not null && !forgive)
        {
            throw StateFailure.Corrupt(damage, path);
        }

        _length = length;
        return skips;
    }

    /// <inheritdoc/>
    public void Append(Skip skip)
    {
        var at = _length ?? throw new InvalidOperationException("the file was not read");
        try
        {
            using var stream = files.Append(path, at);
            var written = at;
            if (at == 0)
            {
                stream.Write(SkipFormat.Header);
                written += SkipFormat.Header.Length;
            }

            var line = SkipFormat.Write(skip);
            stream.Write(line);
            files.Flush(stream);
            if (at == 0)
            {
                files.SyncDirectory(Path.GetDirectoryName(path)!);
            }

            _length = written + line.Length;
        }
        catch (Exception error) when (StateFailure.Translate(error, "what is left out cannot be noted", path) is { } known)
        {
            throw known;
        }
    }

    private byte[] ReadAll()
    {
        try
        {
            using var stream = files.OpenRead(path);
            if (stream is null)
            {
                return [];
            }

            if (stream.Length > MostBytes)
            {
                throw StateFailure.Corrupt($"the file has {stream.Length} bytes, more than any such file", path);
            }

            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
        catch (Exception error) when (StateFailure.Translate(error, "the state of the job cannot be read", path) is { } known)
        {
            throw known;
        }
    }
}
