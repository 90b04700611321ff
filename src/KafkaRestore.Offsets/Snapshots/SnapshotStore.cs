using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Reading;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Snapshots;

/// <summary>
/// Snapshots in a storage: <c>offset-snapshots/{id}/snapshot.json</c>, and beside it <c>metadata.json</c>, which is written last and says that the snapshot is whole. The storage belongs to the caller.
/// </summary>
/// <remarks>The files are those of kafka-backup, in both directions. Not guaranteed: that a snapshot stays what it is; nothing is signed.</remarks>
/// <param name="storage">Where they are.</param>
public sealed class SnapshotStore(IArchiveStorage storage)
{
    private const string Folder = "offset-snapshots";
    private const string SnapshotFile = "snapshot.json";
    private const string SummaryFile = "metadata.json";
    private const int MostSummaryBytes = 1 << 20;
    private const int MostSnapshotBytes = 1 << 30;
    private const int AtOnce = 16;

    /// <summary>Saves a snapshot, reads it back and compares. A failure leaves nothing that a list would show.</summary>
    /// <exception cref="RestoreException">STORAGE_CONFLICT: there is one of this id; STORAGE_DENIED, DISK_FULL and other failures of the storage.</exception>
    public async Task SaveAsync(OffsetSnapshot snapshot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        SnapshotId.Check(snapshot.Id);
        await WriteAsync(KeyOf(snapshot.Id, SnapshotFile), SnapshotDocument.Write(SnapshotDocument.Of(snapshot)), cancellationToken).ConfigureAwait(false);
        await WriteAsync(KeyOf(snapshot.Id, SummaryFile), SnapshotDocument.Write(snapshot.Summarise()), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The snapshots, newest first, and what stands there besides.</summary>
    /// <exception cref="RestoreException">A failure of the storage.</exception>
    public async Task<SnapshotListing> ListAsync(CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        await foreach (var entry in storage.ListAsync(Folder, recursive: false, cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsFolder)
            {
                ids.Add(entry.Key[(Folder.Length + 1)..]);
            }
        }

        var found = new SnapshotSummary?[ids.Count];
        var problems = new string?[ids.Count];
        await Parallel.ForAsync(0, ids.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, token) =>
        {
            try
            {
                found[i] = await ReadSummaryAsync(ids[i], token).ConfigureAwait(false);
                problems[i] = found[i] is null ? $"{ids[i]} was not written to its end" : null;
            }
            catch (RestoreException damage) when (damage.Code == ErrorCodes.GroupFileInvalid)
            {
                problems[i] = $"{ids[i]}: {damage.Message}";
            }
        }).ConfigureAwait(false);
        return new SnapshotListing(
            [.. found.OfType<SnapshotSummary>().OrderByDescending(static snapshot => snapshot.CreatedAt).ThenByDescending(static snapshot => snapshot.SnapshotId, StringComparer.Ordinal)],
            [.. problems.OfType<string>()]);
    }

    /// <summary>A snapshot.</summary>
    /// <exception cref="RestoreException">SNAPSHOT_NOT_FOUND; GROUP_FILE_INVALID: it is damaged or was not written to its end; a failure of the storage.</exception>
    public async Task<OffsetSnapshot> ReadAsync(string id, CancellationToken cancellationToken)
    {
        SnapshotId.Check(id);
        var key = KeyOf(id, SnapshotFile);
        var summary = await ReadSummaryAsync(id, cancellationToken).ConfigureAwait(false);
        var content = await TryReadAsync(key, MostSnapshotBytes, cancellationToken).ConfigureAwait(false);
        if (summary is null || content is null)
        {
            throw summary is null && content is null
                ? NotFound(id)
                : new RestoreException(ErrorCodes.GroupFileInvalid, $"the snapshot {id} was not written to its end", Where(key), "Use another one, and delete this one.");
        }

        var snapshot = SnapshotDocument.ReadSnapshot(content, Where(key));
        return snapshot.Id == id && snapshot.Groups.Count == summary.GroupCount
            ? snapshot
            : throw new RestoreException(
                ErrorCodes.GroupFileInvalid, $"the snapshot is damaged: it holds {snapshot.Groups.Count} groups of the snapshot {snapshot.Id}, where {summary.GroupCount} of {id} belong", Where(key), "Use another snapshot, or bring the object back from a copy.");
    }

    /// <summary>A snapshot as the text of its file, for who has no way to the storage; <see cref="Parse"/> reads it.</summary>
    /// <exception cref="RestoreException">As <see cref="ReadAsync"/>.</exception>
    public async Task<byte[]> ReadTextAsync(string id, CancellationToken cancellationToken) =>
        SnapshotDocument.Write(SnapshotDocument.Of(await ReadAsync(id, cancellationToken).ConfigureAwait(false)));

    /// <summary>Reads the text of a snapshot.</summary>
    /// <param name="json">The text.</param>
    /// <param name="where">What it is, for messages.</param>
    /// <exception cref="RestoreException">GROUP_FILE_INVALID.</exception>
    public static OffsetSnapshot Parse(ReadOnlySpan<byte> json, string where) => SnapshotDocument.ReadSnapshot(json, where);

    /// <summary>Removes a snapshot, also one that was not written to its end.</summary>
    /// <exception cref="RestoreException">SNAPSHOT_NOT_FOUND; a failure of the storage.</exception>
    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        SnapshotId.Check(id);
        var keys = new List<string>();
        await foreach (var entry in storage.ListAsync($"{Folder}/{id}", recursive: true, cancellationToken).ConfigureAwait(false))
        {
            keys.Add(entry.Key);
        }

        if (keys.Count == 0)
        {
            throw NotFound(id);
        }

        // What says that it is whole goes first, so that half of a snapshot is never taken for one.
        foreach (var key in keys.OrderByDescending(key => key == KeyOf(id, SummaryFile)))
        {
            await storage.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(string key, byte[] content, CancellationToken cancellationToken)
    {
        await storage.WriteAsync(key, content, WriteMode.CreateNew, cancellationToken).ConfigureAwait(false);
        var stored = await TryReadAsync(key, MostSnapshotBytes, cancellationToken).ConfigureAwait(false);
        if (stored is null || !content.AsSpan().SequenceEqual(stored))
        {
            throw new RestoreException(ErrorCodes.StorageUnavailable, "the storage does not give back what was written to it", Where(key), "Check the storage; nothing was changed at the cluster.");
        }
    }

    private async Task<SnapshotSummary?> ReadSummaryAsync(string id, CancellationToken cancellationToken)
    {
        var key = KeyOf(id, SummaryFile);
        return await TryReadAsync(key, MostSummaryBytes, cancellationToken).ConfigureAwait(false) is { } content
            && SnapshotDocument.ReadSummary(content, Where(key)) is var summary
                ? summary.SnapshotId == id ? summary : throw new RestoreException(ErrorCodes.GroupFileInvalid, $"its metadata.json is that of the snapshot {summary.SnapshotId}", Where(key))
                : null;
    }

    private async Task<byte[]?> TryReadAsync(string key, int most, CancellationToken cancellationToken)
    {
        if (await storage.StatAsync(key, cancellationToken).ConfigureAwait(false) is not { } entry)
        {
            return null;
        }

        if (entry.Size > most)
        {
            throw new RestoreException(ErrorCodes.GroupFileInvalid, $"it has {entry.Size} bytes, more than any snapshot", Where(key));
        }

        var content = new byte[entry.Size];
        await ObjectReader.ReadWholeAsync(storage, key, content, cancellationToken).ConfigureAwait(false);
        return content;
    }

    private RestoreException NotFound(string id) => new(ErrorCodes.SnapshotNotFound, $"there is no snapshot {id}", storage.Properties.Location);

    private string Where(string key) => $"{key} in {storage.Properties.Location}";

    private static string KeyOf(string id, string file) => $"{Folder}/{id}/{file}";
}

/// <summary>What stands in a store.</summary>
/// <param name="Snapshots">The snapshots, newest first.</param>
/// <param name="Problems">What is no whole snapshot, with the reason.</param>
public sealed record SnapshotListing(IReadOnlyList<SnapshotSummary> Snapshots, IReadOnlyList<string> Problems)
{
    /// <summary>The snapshots that are older than a number of days; never the newest one.</summary>
    /// <param name="days">0 or more.</param>
    /// <param name="now">The time from which the days count.</param>
    public IReadOnlyList<SnapshotSummary> OlderThan(int days, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(days);
        return [.. Snapshots.Skip(1).Where(snapshot => now - snapshot.CreatedAt > TimeSpan.FromDays(days))];
    }
}
