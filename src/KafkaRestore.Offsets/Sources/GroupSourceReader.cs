using System.Text;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Offsets.Sources.Json;
using KafkaRestore.Offsets.Sources.Text;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Sources;

/// <summary>
/// Reads group offsets that were written down, whatever their form: an archive's <c>consumer-groups-snapshot.json</c>, a file of kmap or of <c>offsets export</c>, a snapshot of
/// <c>offset-rollback</c>, the output of <c>kafka-consumer-groups.sh --describe</c>, or lines of <c>group,topic,partition,offset</c>. The form is found by the content, never by the name.
/// </summary>
/// <remarks>Failures are <see cref="RestoreException"/>: GROUP_FILE_INVALID, naming file and line or field; and those of storages.</remarks>
public static class GroupSourceReader
{
    /// <summary>Reads a file, an object (<c>s3://bucket/prefix/file.json?…</c>), a folder of an archive, or a folder of texts.</summary>
    /// <param name="address">A path or URL.</param>
    /// <param name="limits">What is refused as too much; null for the defaults.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<SourceGroups> ReadAsync(string address, SourceLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var place = await SourcePlace.FindAsync(address, cancellationToken).ConfigureAwait(false);
        await using (place.ConfigureAwait(false))
        {
            return place.IsFolder
                ? await TextFolder.ReadAsync(place, limits ?? SourceLimits.Default, cancellationToken).ConfigureAwait(false)
                : await ReadAsync(place.Open(cancellationToken), place.Where, limits, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads <c>consumer-groups-snapshot.json</c> of an archive.</summary>
    /// <param name="storage">Where the archive is.</param>
    /// <param name="backupId">The archive.</param>
    /// <param name="limits">What is refused as too much; null for the defaults.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<SourceGroups> ReadArchiveAsync(IArchiveStorage storage, string backupId, SourceLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(storage);
        var key = $"{backupId}/{SourcePlace.ArchiveFile}";
        var where = $"{key} in {storage.Properties.Location}";
        if (await storage.StatAsync(key, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new RestoreException(
                ErrorCodes.GroupFileInvalid,
                "the archive holds no group offsets: its backup was made without them, or before they were written",
                where,
                "Give a file instead: one of kmap or of `offsets export`, a snapshot.json of offset-rollback, or the output of `kafka-consumer-groups.sh --describe`; or the source cluster itself.");
        }

        return await ReadAsync(Archive.Storage.Reading.ObjectReader.OpenSequential(storage, key, cancellationToken), where, limits, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a stream to its end and disposes it.</summary>
    /// <param name="content">The content.</param>
    /// <param name="where">What it is, for messages.</param>
    /// <param name="limits">What is refused as too much; null for the defaults.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<SourceGroups> ReadAsync(Stream content, string where, SourceLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var builder = new SourceGroupsBuilder(where, limits ?? SourceLimits.Default);
        var remarks = await ReadIntoAsync(content, builder, cancellationToken).ConfigureAwait(false);
        if (builder.IsEmpty && remarks.Count > 0)
        {
            throw SourceDamage.NoSource(where, $"it is neither JSON nor the output of --describe: {remarks[0]}");
        }

        foreach (var remark in remarks)
        {
            builder.Warn(remark);
        }

        return builder.Build();
    }

    /// <summary>Reads a stream and disposes it; gives what a tool said instead of offsets.</summary>
    internal static async Task<IReadOnlyList<string>> ReadIntoAsync(Stream content, SourceGroupsBuilder builder, CancellationToken cancellationToken)
    {
        await using (content.ConfigureAwait(false))
        {
            try
            {
                var peeked = await PeekedStream.OpenAsync(content, cancellationToken).ConfigureAwait(false);
                await using (peeked.ConfigureAwait(false))
                {
                    return await ReadPeekedAsync(peeked, builder, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (DecoderFallbackException damage)
            {
                throw SourceDamage.NoSource(builder.Where, "it is neither JSON nor text", damage);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new RestoreException(ErrorCodes.GroupFileInvalid, $"it cannot be read: {failure.Message}", builder.Where, inner: failure);
            }
        }
    }

    private static async Task<IReadOnlyList<string>> ReadPeekedAsync(PeekedStream content, SourceGroupsBuilder builder, CancellationToken cancellationToken)
    {
        // A shell on Windows writes UTF-16.
        var text = content.IsUtf16 ? Encoding.CreateTranscodingStream(content, content.Utf16, new UTF8Encoding(false), leaveOpen: true) : content;
        await using (text.ConfigureAwait(false))
        {
            if (content.IsEmpty)
            {
                throw SourceDamage.NoSource(builder.Where, "the file is empty");
            }

            if (content.FirstCharacter is '{' or '[')
            {
                await JsonGroupsReader.ReadAsync(text, builder, cancellationToken).ConfigureAwait(false);
                return [];
            }

            using var reader = new StreamReader(text, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false, leaveOpen: true);
            return await TextGroupsReader.ReadAsync(reader, builder, cancellationToken).ConfigureAwait(false);
        }
    }
}
