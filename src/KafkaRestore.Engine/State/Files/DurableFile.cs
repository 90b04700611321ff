using KafkaRestore.Engine.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State.Files;

/// <summary>
/// A small file that is replaced as a whole, with the generation before it: whatever happens at whatever moment, one of the two is whole.
/// </summary>
/// <remarks>
/// Written to a temporary name, brought to the disk, renamed; then the directory is brought to the disk. One writer at a time; the name of the
/// temporary file is fixed, so that a crash leaves at most one behind, which the next write takes over.
/// </remarks>
internal sealed class DurableFile(IStateFiles files, string path, string? previousPath = null)
{
    /// <summary>Far above any file of this kind; a larger one is not ours.</summary>
    private const int MostBytes = 64 << 20;

    // A damaged file must not push a whole one out of its place as the previous generation.
    private bool _currentIsWhole;

    public string Path => path;

    /// <summary>Replaces the content; when it fails, what was there before is still there.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void Write(ReadOnlyMemory<byte> content) => Write(stream => stream.Write(content.Span));

    /// <summary>The same for content that is made while it is written.</summary>
    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public void Write(Action<Stream> write)
    {
        var temporary = path + ".tmp";
        try
        {
            using (var stream = files.Create(temporary))
            {
                write(stream);
                files.Flush(stream);
            }

            Publish(temporary);
        }
        catch (Exception error) when (StateFailure.Translate(error, "the state of the job cannot be written", path) is { } known)
        {
            TryDelete(temporary);
            throw known;
        }
    }

    /// <summary>Reads the newest generation that is whole; null when there is none at all.</summary>
    /// <param name="parse">Makes the content a value, or throws <see cref="StateDamage"/>.</param>
    /// <param name="emptyIsNothing">Whether a file without content counts as none.</param>
    /// <exception cref="RestoreException">STATE_CORRUPT: there is something, and nothing whole. STATE_NEWER. STATE_UNWRITABLE.</exception>
    public T? Read<T>(Func<byte[], T> parse, bool emptyIsNothing = false)
        where T : class
    {
        var current = TryRead(path, parse, emptyIsNothing, out var damage);
        _currentIsWhole = current is not null;
        if (current is not null)
        {
            return current;
        }

        string? previousDamage = null;
        var previous = previousPath is null ? null : TryRead(previousPath, parse, emptyIsNothing: false, out previousDamage);
        if (previous is not null)
        {
            return previous;
        }

        return damage is null && previousDamage is null
            ? null
            : throw StateFailure.Corrupt(
                damage is null ? $"the state file is missing and the one before it is damaged: {previousDamage}"
                    : previousPath is null ? $"the state file is damaged: {damage}"
                    : $"the state file is damaged ({damage}), and the one before it is {(previousDamage is null ? "missing" : $"damaged too ({previousDamage})")}",
                path);
    }

    private T? TryRead<T>(string from, Func<byte[], T> parse, bool emptyIsNothing, out string? damage)
        where T : class
    {
        damage = null;
        try
        {
            var content = ReadAll(from);
            return content is null || (emptyIsNothing && content.Length == 0) ? null : parse(content);
        }
        catch (StateDamage found)
        {
            damage = found.Message;
            return null;
        }
        catch (Exception error) when (StateFailure.Translate(error, "the state of the job cannot be read", from) is { } known)
        {
            throw known;
        }
    }

    private byte[]? ReadAll(string from)
    {
        using var stream = files.OpenRead(from);
        if (stream is null)
        {
            return null;
        }

        if (stream.Length > MostBytes)
        {
            throw new StateDamage($"it has {stream.Length} bytes, more than any such file");
        }

        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private void Publish(string temporary)
    {
        if (previousPath is not null && _currentIsWhole)
        {
            files.Replace(path, previousPath);
            _currentIsWhole = false;
            if (DirectoryOf(previousPath) != DirectoryOf(path))
            {
                files.SyncDirectory(DirectoryOf(previousPath));
            }
        }

        files.Replace(temporary, path);
        _currentIsWhole = true;
        files.SyncDirectory(DirectoryOf(path));
    }

    private static string DirectoryOf(string file) => System.IO.Path.GetDirectoryName(file)!;

    private void TryDelete(string temporary)
    {
        try
        {
            files.Delete(temporary);
        }
        catch (Exception error) when (SystemErrors.Reason(error) is not null)
        {
            // The failure that led here matters more, and the next write takes the name over.
        }
    }
}
