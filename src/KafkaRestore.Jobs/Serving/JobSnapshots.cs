using System.Text.Json;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Serving;

/// <summary>The snapshots that jobs of a service have made of what consumer groups had committed before.</summary>
internal static class JobSnapshots
{
    /// <summary>Reads one, where the report of the job's last run says that they are.</summary>
    /// <exception cref="RestoreException">SNAPSHOT_NOT_FOUND; GROUP_FILE_INVALID: it is damaged.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(JobFolders folders, string job, string snapshot, CancellationToken cancellationToken)
    {
        var place = await Task.Run(() => PlaceOf(folders.ReadReport(job)), cancellationToken).ConfigureAwait(false)
            ?? throw new RestoreException(ErrorCodes.SnapshotNotFound, "the last run of the job has made no snapshot of consumer groups", job);
        var storage = GroupsPlace.OpenSnapshots(folders.Files, place);
        await using (storage.ConfigureAwait(false))
        {
            return await new SnapshotStore(storage).ReadTextAsync(snapshot, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The folder that a report names: of a restore, in its part about groups; of an offset reset, in itself.</summary>
    private static string? PlaceOf(byte[]? report)
    {
        if (report is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(report);
        var groups = document.RootElement.TryGetProperty("consumer_groups", out var part) ? part : document.RootElement;
        return groups.ValueKind == JsonValueKind.Object && groups.TryGetProperty("snapshot_path", out var path) ? path.GetString() : null;
    }
}
