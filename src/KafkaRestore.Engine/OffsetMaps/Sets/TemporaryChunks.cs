using System.Globalization;
using KafkaRestore.Engine.Files;
using KafkaRestore.Engine.OffsetMaps.Storage;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.OffsetMaps.Sets;

/// <summary>Chunks of maps that live no longer than this process, in a folder of the system's temporary directory.</summary>
internal sealed class TemporaryChunks : IDisposable
{
    private readonly DirectoryInfo _folder;
    private int _maps;

    /// <exception cref="RestoreException">STATE_UNWRITABLE.</exception>
    public TemporaryChunks()
    {
        try
        {
            _folder = Directory.CreateTempSubdirectory("kafka-restore-maps-");
        }
        catch (Exception failure) when (SystemErrors.Reason(failure) is { } reason)
        {
            throw new RestoreException(ErrorCodes.StateUnwritable, $"there is no room for offset maps: {reason}", Path.GetTempPath(), "Name another temporary directory with the variable TMPDIR.", failure);
        }
    }

    /// <summary>A place for the chunks of one more map.</summary>
    public DirectoryOffsetMapChunks Next() => new(NextFolder());

    /// <summary>The same place by name; it does not exist yet.</summary>
    public string NextFolder() => Path.Combine(_folder.FullName, Interlocked.Increment(ref _maps).ToString(CultureInfo.InvariantCulture));

    /// <summary>Removes all of it.</summary>
    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception failure) when (SystemErrors.Reason(failure) is not null)
        {
            // The system clears its temporary directory.
        }
    }
}
