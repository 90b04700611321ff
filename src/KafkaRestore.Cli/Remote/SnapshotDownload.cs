using System.Text.Json;
using KafkaRestore.Api;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Offsets.Snapshots;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Remote;

/// <summary>Brings the snapshots that a report of a service names to this machine, where <c>offset-rollback</c> finds them.</summary>
internal static class SnapshotDownload
{
    /// <summary>Saves them; what is there already is left as it is.</summary>
    /// <param name="service">The service.</param>
    /// <param name="job">The job.</param>
    /// <param name="report">Its report.</param>
    /// <param name="folder">A directory; made where it is missing.</param>
    /// <param name="context">Where messages go.</param>
    /// <param name="stop">Ends the saving.</param>
    /// <exception cref="RestoreException">SNAPSHOT_NOT_FOUND: the report names none; OUTPUT_NOT_WRITTEN, or a failure of service or disk.</exception>
    public static async Task RunAsync(IRestoreService service, string job, ReadOnlyMemory<byte> report, string folder, CommandContext context, CancellationToken stop)
    {
        var ids = Named(report);
        if (ids.Count == 0)
        {
            throw new RestoreException(ErrorCodes.SnapshotNotFound, "the report of the job names no snapshot: its last run has committed no offset", job);
        }

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.OutputNotWritten, $"the folder of the snapshots cannot be made: {failure.Message}", folder, inner: failure);
        }

        var storage = StorageFactory.Open(new FileSystemStorageOptions { Path = folder });
        await using (storage.ConfigureAwait(false))
        {
            var store = new SnapshotStore(storage);
            var there = (await store.ListAsync(stop).ConfigureAwait(false)).Snapshots.Select(static snapshot => snapshot.SnapshotId).ToHashSet(StringComparer.Ordinal);
            foreach (var id in ids.Where(id => !there.Contains(id)))
            {
                await store.SaveAsync(SnapshotStore.Parse((await service.SnapshotAsync(job, id, stop).ConfigureAwait(false)).Span, id), stop).ConfigureAwait(false);
            }
        }

        context.Log.Message($"{Show.Count(ids.Count, "snapshot")} in {folder}; to go back, run for each, the newest first: kafka-restore offset-rollback rollback --path {folder} --snapshot-id ID --config restore.yaml");
    }

    private static IReadOnlyList<string> Named(ReadOnlyMemory<byte> report)
    {
        using var document = JsonDocument.Parse(report);
        var groups = document.RootElement.TryGetProperty("consumer_groups", out var part) ? part : document.RootElement;
        return groups.ValueKind == JsonValueKind.Object && groups.TryGetProperty("snapshots", out var snapshots)
            ? [.. snapshots.EnumerateArray().Select(static snapshot => snapshot.GetString()!)]
            : [];
    }
}
