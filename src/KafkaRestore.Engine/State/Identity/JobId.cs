using System.Buffers;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.State.Identity;

/// <summary>The name of a job: given by <c>restore_id</c>, or made of what the job means, so that the same command finds its job again.</summary>
public static class JobId
{
    /// <summary>Most characters of an id.</summary>
    public const int LongestId = 128;

    private const int NameCharacters = 40;
    private const int HashCharacters = 16;
    private static readonly SearchValues<char> s_allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>The id of a job.</summary>
    /// <param name="restoreId">The name that it was given; null for none.</param>
    /// <param name="identity">What it means.</param>
    /// <exception cref="RestoreException">CONFIG_INVALID: the name cannot be one.</exception>
    public static string Of(string? restoreId, JobIdentity identity)
    {
        if (restoreId is not null)
        {
            Check(restoreId);
            return restoreId;
        }

        var name = new string([.. identity.Values.GetValueOrDefault("archive.backup_id", "job").Take(NameCharacters).Select(c => s_allowed.Contains(c) ? c : '-')]);
        return $"{name.TrimStart('.')}-{identity.Hash[..HashCharacters]}";
    }

    /// <summary>Refuses a name that cannot be that of a folder.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID.</exception>
    public static void Check(string restoreId)
    {
        if (restoreId.Length is 0 or > LongestId || restoreId.AsSpan().ContainsAnyExcept(s_allowed) || restoreId.All(c => c == '.') || restoreId.EndsWith('.'))
        {
            throw new RestoreException(
                ErrorCodes.ConfigInvalid,
                "the name of a job has 1 to 128 of the characters A-Z a-z 0-9 . _ - and does not end with a full stop",
                "restore.restore_id");
        }
    }
}
