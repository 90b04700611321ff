using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KafkaRestore.Archive.Storage;

namespace KafkaRestore.Engine.Times;

/// <summary>Where the time index of an archive is: a file of its own below the directory that holds the state of jobs, so that all jobs of the archive share it.</summary>
/// <param name="Archive">Stands for the archive: 32 hexadecimal digits.</param>
/// <param name="File">The file, absolute.</param>
internal sealed record IndexPlace(string Archive, string File)
{
    private const string FolderName = "time-index";
    private const int NameCharacters = 40;

    /// <summary>Held by whoever writes; beside the file, because the file is replaced now and then.</summary>
    public string LockFile => File + ".lock";

    /// <summary>The place of an archive's index.</summary>
    /// <param name="directory">The directory of states.</param>
    /// <param name="backupId">The archive's id.</param>
    /// <param name="createdAt">When it was begun, epoch milliseconds.</param>
    /// <param name="storage">Where it is.</param>
    public static IndexPlace Of(string directory, string backupId, long createdAt, StorageProperties storage)
    {
        var meaning = string.Create(CultureInfo.InvariantCulture, $"{storage.Kind}\n{storage.Location}\n{backupId}\n{createdAt}");
        var archive = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(meaning)))[..32];
        var name = string.Concat(backupId.Take(NameCharacters).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-'));
        return new IndexPlace(archive, Path.Combine(Path.GetFullPath(directory), FolderName, $"{name}-{archive[..16]}.times"));
    }
}
