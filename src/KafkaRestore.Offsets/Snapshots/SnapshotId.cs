using System.Globalization;
using System.Security.Cryptography;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>Names of snapshots: <c>snap-{epoch milliseconds}-{8 hexadecimal digits}</c>. The digits of ours are random; kafka-backup's follow from the time.</summary>
public static class SnapshotId
{
    /// <summary>A new name.</summary>
    public static string Create(DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"snap-{now.ToUnixTimeMilliseconds()}-{RandomNumberGenerator.GetInt32(int.MinValue, int.MaxValue):x8}");

    /// <summary>Refuses what cannot be the name of a snapshot: it becomes part of a path.</summary>
    /// <exception cref="RestoreException">SNAPSHOT_NOT_FOUND.</exception>
    public static void Check(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Contains('/') || StorageKey.FindProblem(id) is not null)
        {
            throw new RestoreException(ErrorCodes.SnapshotNotFound, $"'{(id.Length <= 80 ? id : id[..80] + "…")}' is no id of a snapshot");
        }
    }
}
